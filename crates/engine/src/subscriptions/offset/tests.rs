use std::cell::RefCell;
use std::collections::BTreeSet;

use tokio::sync::mpsc;

use super::*;

/// Changes the entries before a request, which is the n-th.
type Change = Box<dyn FnMut(u32, &mut Vec<u32>)>;
/// What the n-th request at an offset is answered, from what would be.
type Answer = Box<dyn FnMut(u32, u64, Vec<u32>) -> Vec<u32>>;

/// A list that may be changed before each request, and what it is asked.
struct List {
    entries: Vec<u32>,
    limit: usize,
    tells_total: bool,
    asked: u32,
    before: Change,
    answer: Answer,
}

impl List {
    fn of(count: u32, limit: usize) -> Self {
        Self {
            entries: (0..count).collect(),
            limit,
            tells_total: true,
            asked: 0,
            before: Box::new(|_, _| ()),
            answer: Box::new(|_, _, part| part),
        }
    }

    fn before(mut self, change: impl FnMut(u32, &mut Vec<u32>) + 'static) -> Self {
        self.before = Box::new(change);
        self
    }

    fn answer(mut self, change: impl FnMut(u32, u64, Vec<u32>) -> Vec<u32> + 'static) -> Self {
        self.answer = Box::new(change);
        self
    }

    fn part(&mut self, at: u64) -> Part<()> {
        self.asked += 1;
        assert!(self.asked < 1000, "the walk comes to an end");
        (self.before)(self.asked, &mut self.entries);
        let start = usize::try_from(at).unwrap().min(self.entries.len());
        let end = (start + self.limit).min(self.entries.len());
        let part = (self.answer)(self.asked, at, self.entries[start..end].to_vec());
        Part {
            entries: part.iter().map(|id| (Some(id.to_string()), ())).collect(),
            total: self.tells_total.then_some(self.entries.len() as u64),
            bytes: 0,
        }
    }
}

/// Walks the list: what was seen, how it ended, how often it was asked.
async fn walked(list: List) -> (BTreeSet<u32>, WalkEnd, u32) {
    let list = RefCell::new(list);
    let (out, mut parts) = mpsc::channel(1);
    let walking = walk(
        |at| {
            let part = list.borrow_mut().part(at);
            async move { Ok(part) }
        },
        out,
    );
    let listening = async {
        let mut seen = BTreeSet::new();
        loop {
            match parts.recv().await.unwrap() {
                Walked::Part(part) => seen.extend(
                    part.entries
                        .iter()
                        .map(|(id, ())| id.as_ref().unwrap().parse::<u32>().unwrap()),
                ),
                Walked::Again(_) => {}
                Walked::End(end) => return (seen, end),
            }
        }
    };
    let ((), (seen, end)) = tokio::join!(walking, listening);
    let asked = list.borrow().asked;
    (seen, end, asked)
}

fn all(count: u32) -> BTreeSet<u32> {
    (0..count).collect()
}

#[tokio::test]
async fn a_list_that_stands_still_is_read_once() {
    for (count, limit, requests) in [
        (0, 10, 1),
        (1, 10, 1),
        (10, 10, 1),
        (11, 10, 2),
        (100, 10, 11),
        (5, 1, 5),
        (7, 2, 6),
    ] {
        let (seen, end, asked) = walked(List::of(count, limit)).await;
        assert_eq!(seen, all(count));
        assert!(
            matches!(end, WalkEnd::Complete),
            "{count} by {limit}: {end:?}"
        );
        assert_eq!(asked, requests, "{count} by {limit}");
    }
}

#[tokio::test]
async fn a_list_that_does_not_tell_its_size_ends_where_nothing_follows() {
    for count in [0, 1, 10, 25] {
        let mut list = List::of(count, 10);
        list.tells_total = false;
        let (seen, end, _) = walked(list).await;
        assert_eq!(seen, all(count));
        assert!(matches!(end, WalkEnd::Complete), "{count}: {end:?}");
    }
}

#[tokio::test]
async fn an_entry_that_goes_takes_no_other_with_it() {
    // It was read already; without the overlap, entry 20 would be stepped over.
    let list = List::of(50, 10).before(|asked, entries| {
        if asked == 3 {
            entries.remove(2);
        }
    });
    let (seen, end, _) = walked(list).await;
    assert_eq!(seen, all(50));
    assert!(matches!(end, WalkEnd::Complete), "{end:?}");
}

#[tokio::test]
async fn the_last_entry_of_a_part_may_go_too() {
    let list = List::of(50, 10).before(|asked, entries| {
        if asked == 3 {
            entries.retain(|id| ![18, 17, 3].contains(id));
        }
    });
    let (seen, end, _) = walked(list).await;
    assert_eq!(seen, all(50));
    assert!(matches!(end, WalkEnd::Complete), "{end:?}");
}

#[tokio::test]
async fn an_entry_that_comes_in_what_was_read_is_found_by_another_pass() {
    let list = List::of(50, 10).before(|asked, entries| {
        if asked == 3 {
            entries.insert(2, 77);
        }
    });
    let (seen, end, _) = walked(list).await;
    assert!(seen.contains(&77) && seen.is_superset(&all(50)));
    assert!(matches!(end, WalkEnd::Complete), "{end:?}");
}

#[tokio::test]
async fn one_that_goes_and_one_that_comes_are_not_taken_for_a_whole_list() {
    // The count is the same before and after: only the parts that do not join tell it.
    let list = List::of(50, 10).before(|asked, entries| {
        if asked == 3 {
            entries.remove(2);
            entries.push(99);
        }
    });
    let (seen, _, _) = walked(list).await;
    assert!(seen.is_superset(&all(50)) && seen.contains(&99));
}

#[tokio::test]
async fn a_part_that_comes_twice_loses_nothing() {
    let mut last = Vec::new();
    let list = List::of(50, 10).answer(move |asked, _, part| {
        let answer = if asked == 3 {
            last.clone()
        } else {
            part.clone()
        };
        last = part;
        answer
    });
    let (seen, end, _) = walked(list).await;
    assert_eq!(seen, all(50));
    assert!(matches!(end, WalkEnd::Complete), "{end:?}");
}

#[tokio::test]
async fn short_and_empty_parts_are_no_end() {
    let list = List::of(50, 10).answer(|asked, _, mut part| {
        part.truncate(match asked {
            2 => 3,
            3 => 1,
            4 => 0,
            _ => 10,
        });
        part
    });
    let (seen, end, _) = walked(list).await;
    assert_eq!(seen, all(50));
    assert!(matches!(end, WalkEnd::Complete), "{end:?}");
}

#[tokio::test]
async fn a_part_that_hides_an_entry_makes_no_whole_list() {
    let list =
        List::of(50, 10).answer(|_, _, part| part.into_iter().filter(|id| *id != 15).collect());
    let (seen, end, _) = walked(list).await;
    assert_eq!(seen.len(), 49);
    assert!(
        matches!(
            end,
            WalkEnd::Incomplete {
                seen: 49,
                total: Some(50)
            }
        ),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_server_that_knows_no_offsets_comes_to_an_end() {
    for tells_total in [true, false] {
        let mut list = List::of(50, 10).answer(|_, _, _| (0..10).collect());
        list.tells_total = tells_total;
        let (seen, end, asked) = walked(list).await;
        assert_eq!(seen, all(10));
        assert!(
            matches!(end, WalkEnd::Incomplete { seen: 10, .. }),
            "{end:?}"
        );
        assert!(asked < 30, "{asked}");
    }
}

#[tokio::test]
async fn a_list_in_another_order_for_each_part_comes_to_an_end() {
    let list = List::of(60, 10).before(|asked, entries| {
        entries.rotate_left(usize::try_from(asked).unwrap() * 7 % 60);
        entries.swap(3, 40);
    });
    let (_, _, asked) = walked(list).await;
    assert!(asked < 200, "{asked}");
}

#[tokio::test]
async fn an_error_ends_the_walk_with_what_came_before() {
    let (out, mut parts) = mpsc::channel(8);
    walk(
        |at| async move {
            if at == 0 {
                let entries = vec![(Some("1".to_owned()), ()), (Some("2".to_owned()), ())];
                Ok(Part {
                    entries,
                    total: Some(4),
                    bytes: 0,
                })
            } else {
                Err(Error::PageLoop)
            }
        },
        out,
    )
    .await;
    assert!(matches!(parts.recv().await, Some(Walked::Part(_))));
    assert!(matches!(
        parts.recv().await,
        Some(Walked::End(WalkEnd::Failed(Error::PageLoop)))
    ));
}
