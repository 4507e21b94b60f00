//! From the draft to the subscription, and what people do on the way.

use std::time::Duration;

use domain::order::{OrderAction, OrderState};
use domain::{Amount, Scale, Term};
use engine::orders::{Confirmation, OrderError};
use ion_sandbox::Knobs;
use rules::orders::review;
use secrecy::ExposeSecret as _;
use store::orders::{self, OrderEventKind as Kind};
use store::seal::{MasterKey, Sealer};
use store::testing::for_both;

use super::bed::{Bed, config, kim, person};

#[tokio::test]
async fn an_order_is_sent_once_and_followed_to_its_end() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let offer = bed.offer("P1M");
        let draft = bed.draft(&offer, 5).await;
        assert_eq!(draft.state, OrderState::Draft);
        let line = &draft.content.lines[0];
        assert_eq!((line.vendor.as_str(), line.term), ("Microsoft", Term::P1M));
        let price = Amount::parse(&offer.price, Scale::Price).unwrap();
        assert!(line.price.as_ref().unwrap().cost.same_price(&price));
        let placed = bed.place(&draft).await.unwrap();
        assert_eq!(placed.state, OrderState::Submitting);
        assert_eq!(
            bed.lab.sandbox.ledger().order_posts().count(),
            0,
            "the page waits for nothing"
        );

        bed.work().await;
        let row = bed.row(draft.id).await;
        assert_eq!(row.state, OrderState::Placed);
        let there = bed.in_ion(draft.id).await;
        assert_eq!(there.len(), 1);
        assert_eq!(row.ion_id.as_deref(), Some(there[0].id.as_str()));
        assert_eq!(there[0].customer_id, bed.ion_customer);
        let item = &there[0].items[0];
        assert_eq!((item.action.as_str(), item.quantity), ("CREATE", 5));
        assert_eq!(item.reference_id, format!("{}-1", row.reference));
        assert_eq!(
            (item.customer_po.as_str(), item.reseller_po.as_str()),
            ("QL-2026-118", "R-12")
        );
        assert!(there[0].display_name.starts_with(&row.reference));
        assert_eq!(bed.posts(draft.id).await, 1);

        bed.until(draft.id, OrderState::Completed, "it is carried out")
            .await;
        assert_eq!(bed.in_ion(draft.id).await.len(), 1);
        assert_eq!(bed.posts(draft.id).await, 1);
        let timeline = bed.timeline(draft.id).await;
        for kind in [
            Kind::Created,
            Kind::Confirmed,
            Kind::Intent,
            Kind::Sending,
            Kind::Accepted,
            Kind::Completed,
        ] {
            assert!(timeline.contains(&kind), "{kind}: {timeline:?}");
        }
        bed.pass(Duration::from_secs(30)).await;
        assert!(bed.timeline(draft.id).await.contains(&Kind::Subscription));
        assert!(bed.notices().await.is_empty(), "{:?}", bed.notices().await);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_field_and_nothing_is_sent() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let mut draft = bed.draft(&bed.offer("P1M"), 5).await;
        let mut content = draft.content.clone();
        content.lines[0].set_attribute("renewalSetting", "");
        content.lines[0].quantity = 0;
        draft = bed
            .engine
            .edit_order(draft.id, draft.version, content, draft.customer, &kim())
            .await
            .unwrap();
        let Err(OrderError::Invalid(problems)) = bed.place(&draft).await else {
            panic!("it cannot be placed");
        };
        let mut paths: Vec<_> = problems
            .iter()
            .map(|problem| problem.path.as_str())
            .collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            ["/lines/0/attributes/renewalSetting", "/lines/0/quantity"]
        );
        bed.work().await;
        assert_eq!(bed.lab.sandbox.ledger().order_posts().count(), 0);
        assert_eq!(bed.state(draft.id).await, OrderState::Draft);
    })
    .await;
}

#[tokio::test]
async fn what_ion_refuses_names_the_field_and_what_to_do() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let draft = bed.draft(&bed.offer("P1M"), 5).await;
        let placed = bed.place(&draft).await.unwrap();
        // The offer goes from Ion's catalog after it was confirmed.
        let mut row = placed.clone();
        row.payload.as_mut().unwrap()["orderItems"][0]["attributes"][0]["name"] = "domain".into();
        let tx = bed.store.begin().await.unwrap();
        assert!(orders::save(&tx, &row, placed.version).await.unwrap());
        tx.commit().await.unwrap();
        bed.work().await;
        let row = bed.row(draft.id).await;
        assert_eq!(row.state, OrderState::Failed);
        let failure = row.failure.unwrap();
        assert_eq!(
            failure.field.as_deref(),
            Some("/lines/0/attributes/domainName"),
            "{failure:?}"
        );
        assert_eq!(failure.faults[0].code, "COMM-VL-004");
        assert!(failure.request_id.is_some(), "{failure:?}");
        assert_eq!(bed.in_ion(draft.id).await.len(), 0);
        assert_eq!(bed.notices().await, ["orders.failed"]);
        bed.pass(Duration::from_secs(120)).await;
        assert_eq!(
            bed.posts(draft.id).await,
            1,
            "a refusal is no reason to send again"
        );
    })
    .await;
}

#[tokio::test]
async fn two_people_on_one_draft_do_not_overwrite_each_other() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let draft = bed.draft(&bed.offer("P1M"), 5).await;
        let mut content = draft.content.clone();
        content.note = "Kim's".to_owned();
        bed.engine
            .edit_order(
                draft.id,
                draft.version,
                content.clone(),
                draft.customer,
                &kim(),
            )
            .await
            .unwrap();
        content.note = "Lee's".to_owned();
        let lee = person("lee@reseller.example");
        let refused = bed
            .engine
            .edit_order(draft.id, draft.version, content, draft.customer, &lee)
            .await;
        let Err(OrderError::Moved { now }) = refused else {
            panic!("the draft moved: {refused:?}");
        };
        assert_eq!(now.content.note, "Kim's");
        let refused = bed.place(&draft).await;
        assert!(matches!(refused, Err(OrderError::Moved { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_year_is_confirmed_by_its_total() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let draft = bed.draft(&bed.offer("P1Y"), 5).await;
        let Err(OrderError::Invalid(problems)) = bed.place(&draft).await else {
            panic!("the total must be typed");
        };
        assert_eq!(problems[0].path, "/typed_total");
        let view = bed.engine.view_order(draft.id).await.unwrap();
        let review::Confirmation::TypeTotal { text, .. } = view.review.confirmation else {
            panic!("a year binds");
        };
        let confirmation = Confirmation {
            typed_total: text,
            ..Confirmation::default()
        };
        let placed = bed
            .engine
            .submit_order(draft.id, draft.version, confirmation, &kim())
            .await
            .unwrap();
        assert_eq!(placed.totals, Some(view.review.totals));
    })
    .await;
}

#[tokio::test]
async fn a_price_that_moved_must_be_accepted() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let draft = bed.draft(&bed.offer("P1M"), 5).await;
        // One price of each product moves; at last it is ours.
        let line = &draft.content.lines[0];
        for _ in 0..500 {
            let moved = bed.lab.sandbox.catalog().move_prices(1000, true);
            if moved
                .iter()
                .any(|moved| moved.plan == line.plan_id && moved.product == line.product_ion_id)
            {
                break;
            }
        }
        bed.engine
            .request_import(bed.connection, false, &kim())
            .await
            .unwrap();
        bed.work().await;
        let view = bed.engine.view_order(draft.id).await.unwrap();
        assert!(view.review.lines[0].moved.is_some());
        let version = view.row.version;
        let Err(OrderError::Invalid(problems)) = bed.place(&view.row).await else {
            panic!("the price moved");
        };
        assert_eq!(problems[0].path, "/lines/0/price");
        let row = bed
            .engine
            .accept_prices(draft.id, version, &kim())
            .await
            .unwrap();
        assert!(!row.price_moved);
        bed.place(&row).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_order_waits_for_its_time_and_can_be_taken_back() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let draft = bed.draft(&bed.offer("P1M"), 5).await;
        let at = draft.created_at + Duration::from_secs(3600);
        let confirmation = Confirmation {
            at: Some(at),
            ..Confirmation::default()
        };
        let scheduled = bed
            .engine
            .submit_order(draft.id, draft.version, confirmation.clone(), &kim())
            .await
            .unwrap();
        assert_eq!(scheduled.state, OrderState::Scheduled);
        bed.work().await;
        assert_eq!(bed.posts(draft.id).await, 0);
        let row = bed
            .engine
            .take_back_order(draft.id, scheduled.version, &kim())
            .await
            .unwrap();
        assert_eq!((row.state, row.payload), (OrderState::Draft, None));
        let row = bed
            .engine
            .submit_order(draft.id, row.version, confirmation, &kim())
            .await
            .unwrap();
        bed.lab.pass(Duration::from_secs(3590));
        bed.work().await;
        assert_eq!(bed.state(row.id).await, OrderState::Scheduled);
        bed.lab.pass(Duration::from_secs(10));
        bed.work().await;
        assert_eq!(bed.state(row.id).await, OrderState::Placed);
        assert_eq!(bed.posts(row.id).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_order_is_called_off_in_ion_and_a_late_wish_is_refused() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.lab.sandbox.portal().hold_next_order();
        let held = bed.submit().await;
        bed.work().await;
        assert_eq!(bed.state(held).await, OrderState::OnHold);
        let row = bed.row(held).await;
        bed.engine
            .cancel_order(held, row.version, &kim())
            .await
            .unwrap();
        bed.work().await;
        assert_eq!(bed.state(held).await, OrderState::Cancelled);
        assert_eq!(bed.in_ion(held).await[0].status, "CANCELED");
        assert_eq!(bed.lab.sandbox.ledger().cancels().count(), 1);

        let late = bed.submit().await;
        bed.work().await;
        let row = bed.row(late).await;
        let ion_id = row.ion_id.clone().unwrap();
        // It goes on in Ion before the wish is brought there.
        bed.engine
            .cancel_order(late, row.version, &kim())
            .await
            .unwrap();
        while bed.lab.sandbox.portal().order(&ion_id).unwrap().status != "IN_PROGRESS" {
            bed.lab.sandbox.portal().move_order_on(&ion_id);
        }
        bed.work().await;
        let timeline = bed.timeline(late).await;
        assert!(timeline.contains(&Kind::CancelRefused), "{timeline:?}");
        assert_eq!(bed.lab.sandbox.ledger().cancels().count(), 1);
        bed.until(late, OrderState::Completed, "it goes on").await;
    })
    .await;
}

#[tokio::test]
async fn an_order_that_was_not_sent_is_called_off_here() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let order = bed.submit().await;
        let row = bed.row(order).await;
        bed.engine
            .cancel_order(order, row.version, &kim())
            .await
            .unwrap();
        bed.work().await;
        assert_eq!(bed.state(order).await, OrderState::Cancelled);
        assert_eq!(bed.posts(order).await, 0);
    })
    .await;
}

/// The key is changed, and changed back: under the new one a server that knows only the old one opens nothing, and loses nothing.
async fn the_key_changes(bed: &Bed) {
    let old = MasterKey::from_file(&bed.lab.data_dir().join("key")).unwrap();
    let text = old.rotated().as_text();
    let mut keys: Vec<&str> = text.expose_secret().lines().collect();
    for opens in [false, true] {
        let sealer = Sealer::new(&MasterKey::from_text(&keys.join("\n").into()).unwrap());
        let tx = bed.store.begin().await.unwrap();
        let sealed = bed.engine.reseal_secrets(&tx, &sealer).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sealed, 3, "two pairs of tokens and a log-in");
        let kept = orders::list_all_logins(bed.store.read()).await.unwrap();
        let (order, login) = &kept[0];
        if !opens {
            let taken = bed.engine.take_login(*order, login.line, &kim()).await;
            assert!(matches!(taken, Err(OrderError::Refused(_))));
        }
        keys.reverse();
    }
}

#[tokio::test]
async fn a_first_log_in_is_sealed_and_shown_once_to_who_ordered() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let mut draft = bed.draft(&bed.offer("P1M"), 5).await;
        let mut content = draft.content.clone();
        content.lines[0].set_attribute("domainName", "newtenant2026");
        draft = bed
            .engine
            .edit_order(draft.id, draft.version, content, draft.customer, &kim())
            .await
            .unwrap();
        bed.place(&draft).await.unwrap();
        bed.until(draft.id, OrderState::Completed, "it is carried out")
            .await;
        let row = bed.row(draft.id).await;
        assert!(row.has_secret);
        the_key_changes(&bed).await;
        let lee = person("lee@reseller.example");
        assert!(matches!(
            bed.engine.take_login(draft.id, 0, &lee).await,
            Err(OrderError::Refused(_))
        ));
        // Who cannot see it cannot throw it away either.
        assert!(matches!(
            bed.engine.forget_login(draft.id, 0, &lee).await,
            Err(OrderError::Refused(_))
        ));
        let login = bed
            .engine
            .take_login(draft.id, 0, &kim())
            .await
            .unwrap()
            .unwrap();
        let password = login.password.expose_secret().to_owned();
        assert!(!password.is_empty() && !login.user_name.expose_secret().is_empty());
        assert!(
            bed.engine
                .take_login(draft.id, 0, &kim())
                .await
                .unwrap()
                .is_none()
        );
        assert!(!bed.row(draft.id).await.has_secret);
        // Ion goes on telling it; what was shown does not come back.
        bed.engine
            .request_read_orders(bed.connection, &kim())
            .await
            .unwrap();
        bed.pass(Duration::from_secs(60)).await;
        assert!(
            bed.engine
                .take_login(draft.id, 0, &kim())
                .await
                .unwrap()
                .is_none()
        );

        let row = bed.row(draft.id).await;
        let events = orders::list_events(bed.store.read(), draft.id)
            .await
            .unwrap();
        let told = format!(
            "{row:?} {events:?} {}",
            engine::orders::order_json(&row, true)
        );
        assert!(!told.contains(&password), "it stands nowhere");
    })
    .await;
}

#[tokio::test]
async fn a_vendors_words_are_told_with_what_to_do() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.lab.sandbox.portal().fail_next_order(
            "AZURE-4041",
            "The domain contoso already exists in another tenant",
        );
        let order = bed.submit().await;
        bed.until(order, OrderState::Failed, "the vendor fails")
            .await;
        let failure = bed.row(order).await.failure.unwrap();
        assert_eq!(failure.faults[0].code, "AZURE-4041");
        assert_eq!(
            failure.field.as_deref(),
            Some("/lines/0/attributes/domainName")
        );
        assert!(bed.notices().await.contains(&"orders.failed".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn templates_are_read_by_a_job_and_told_where_they_fail() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let draft = bed.draft(&bed.offer("P1M"), 5).await;
        use engine::orders::TemplateState as State;
        let view = bed.engine.view_order(draft.id).await.unwrap();
        assert_eq!(view.template_state, [State::Waiting]);
        bed.work().await;
        let view = bed.engine.view_order(draft.id).await.unwrap();
        assert_eq!(view.template_state, [State::Fresh]);
        assert!(
            view.templates[0]
                .as_ref()
                .unwrap()
                .fields
                .iter()
                .any(|field| field.name == "renewalSetting")
        );

        // Another form after a day: one more is asked for, and the person is told.
        bed.lab.sandbox.set_knob("templates", "changed").unwrap();
        bed.lab.pass(Duration::from_secs(90_000));
        let line = &draft.content.lines[0];
        let (vendor, provider, action) = rules::orders::attributes::template_words(line).unwrap();
        bed.engine
            .request_template(bed.connection, vendor, provider, action)
            .await
            .unwrap();
        bed.work().await;
        let view = bed.engine.view_order(draft.id).await.unwrap();
        assert!(
            view.review
                .warnings
                .iter()
                .any(|warning| warning.path == "/lines/0/attributes"),
            "{:?}",
            view.review.warnings
        );

        bed.lab
            .sandbox
            .set_knob("templates", "unavailable")
            .unwrap();
        let other = bed.draft(&bed.offer("P1M"), 1).await;
        let tx = bed.store.begin().await.unwrap();
        drop(tx);
        bed.engine
            .request_template(bed.connection, "GOOGLE", "gws", "CREATE")
            .await
            .unwrap();
        bed.work().await;
        let row =
            orders::find_template(bed.store.read(), bed.connection, "GOOGLE", "gws", "CREATE")
                .await
                .unwrap()
                .unwrap();
        assert!(row.failed.is_some() && row.template.is_none());
        assert_eq!(bed.row(other.id).await.action, OrderAction::Buy);
    })
    .await;
}

#[tokio::test]
async fn a_login_that_ends_makes_the_order_wait_and_keep_its_place() {
    for_both(|store| async move {
        let bed = Bed::with(store, config(Knobs::default())).await;
        let order = bed.submit().await;
        bed.lab.sandbox.revoke_all();
        for _ in 0..6 {
            bed.work().await;
            bed.lab.pass(Duration::from_secs(400));
            bed.engine.recover().await.unwrap();
        }
        assert_eq!(bed.state(order).await, OrderState::Submitting);
        assert_eq!(bed.row(order).await.sends, 0);
        assert!(bed.timeline(order).await.contains(&Kind::Postponed));
        let draft = bed.lab.draft();
        bed.engine
            .save_credentials(
                draft,
                engine::connection::SaveTarget::Existing(bed.connection),
                &kim(),
            )
            .await
            .unwrap();
        bed.lab.pass(Duration::from_secs(700));
        bed.work().await;
        assert_eq!(bed.state(order).await, OrderState::Placed);
        assert_eq!(bed.in_ion(order).await.len(), 1);
    })
    .await;
}
