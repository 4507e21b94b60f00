//! What the dashboard shows of subscriptions: figures, cost by vendor and month, what renews.

use std::collections::BTreeMap;

use domain::Currency;
use domain::access::Right;
use domain::order::Sums;
use engine::subscriptions::RenewalRow;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use store::subscriptions::{self, MonthlyCost, RenewalSums, VendorCost};
use store::{ConnectionTrait, StoreError, orders};

use super::calendar::{date_of, pressing_until, share, start_of};
use super::card::sold_figures;
use super::money::sums;
use super::row::{customer_name, days_to, last_instant, percent_of};
use super::{PATH, href, title};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::view::dashboard::Need;
use crate::view::format::{self, count, counted};
use crate::view::parts::Figure;
use crate::view::subscriptions::dashboard::{
    Ahead, Pressing, Spend, SpendTable, SubscriptionTiles, VendorLine,
};
use crate::view::subscriptions::plot::{Bar, Bars};
use crate::view::{Button, Times, Tone};

/// Vendors with a line or series of their own.
const VENDORS: usize = 4;
/// Months that are drawn.
const MONTHS: i64 = 12;
/// Weeks of what renews.
const WEEKS: i64 = 12;
/// Renewals, and customers, that are named.
const NAMED: usize = 2;
/// Renewals that are read to find so many customers.
const READ: u32 = 20;

/// What is known of subscriptions, for the dashboard; nothing where none was read.
#[derive(Debug, Default)]
pub(crate) struct Tiles {
    pub(crate) tiles: Option<SubscriptionTiles>,
    /// What can be stopped for some days only.
    pub(crate) need: Option<Need>,
}

/// Loads the tiles.
pub(crate) async fn tiles(app: &App, caller: &Caller, times: &Times) -> Result<Tiles, Fault> {
    let conn = app.store().read();
    let live = subscriptions::count_live(conn).await?;
    if live == 0 && !was_read(app).await? {
        return Ok(Tiles::default());
    }
    let costs = caller.may(Right::SeeCost);
    let by_vendor = subscriptions::cost_by_vendor(conn).await?;
    let of_vendors = subscriptions::count_vendors(conn).await?;
    let until = pressing_until(times);
    let month = times.now + SignedDuration::from_hours(24 * 30);
    let mut spans = vec![(times.now, month)];
    spans.extend(spans_of_weeks(times));
    let engine = app.engine();
    let mut sums = engine.renewal_sums(&spans, until).await?.into_iter();
    let of_month = sums.next().unwrap_or_default();
    let of_weeks: Vec<RenewalSums> = sums.collect();
    let pressing = engine.pressing_renewals(until, READ).await?;
    let tiles = SubscriptionTiles {
        figures: figures((live, of_vendors), &by_vendor, &of_month, costs),
        vendors: if costs {
            vendors(&by_vendor)
        } else {
            Vec::new()
        },
        vendors_words: "live subscriptions, a month".to_owned(),
        spend: if costs {
            spend(conn, times).await?
        } else {
            None
        },
        ahead: Some(ahead(&of_weeks, &pressing.0, times, costs)),
    };
    Ok(Tiles {
        need: need(&of_weeks, pressing, times, costs),
        tiles: Some(tiles),
    })
}

async fn was_read(app: &App) -> Result<bool, StoreError> {
    let conn = app.store().read();
    for row in store::connections::list(conn).await? {
        if orders::setting(conn, row.id)
            .await?
            .subscriptions_read_at
            .is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Live, cost, sales, margin, renewals of 30 days.
fn figures(
    (live, of_vendors): (u64, u64),
    by_vendor: &[VendorCost],
    of_month: &RenewalSums,
    costs: bool,
) -> Vec<Figure> {
    let mut figures = vec![
        Figure::new(
            "Live subscriptions",
            count(live),
            counted(of_vendors, "vendor", "vendors"),
        )
        .to(PATH),
    ];
    if costs {
        figures.extend(money(by_vendor));
    }
    let bound = sums(&of_month.bound);
    figures.push(
        Figure::new(
            "Renewals in 30 days",
            count(of_month.renewals),
            if costs && !bound.is_empty() {
                format!("{} would be bound", bound.join(", "))
            } else {
                String::new()
            },
        )
        .to("/subscriptions/renewals"),
    );
    figures
}

/// In the currency that is largest; others are named.
fn money(by_vendor: &[VendorCost]) -> Vec<Figure> {
    let mut by: BTreeMap<Currency, (i64, i64, i64)> = BTreeMap::new();
    for row in by_vendor {
        let of = by.entry(row.currency).or_default();
        of.0 = of.0.saturating_add(row.cost_units);
        of.1 = of.1.saturating_add(row.sale_units);
        of.2 = of.2.saturating_add(row.cost_of_sold_units);
    }
    let Some((currency, (cost, sale, sold))) = by.iter().max_by_key(|(_, of)| of.0) else {
        return vec![Figure::new(
            "Cost per month",
            "not known",
            "Ion says no prices",
        )];
    };
    let others: Vec<String> = by
        .iter()
        .filter(|(other, _)| *other != currency)
        .map(|(other, of)| format!("{} {other}", format::total(of.0, *other)))
        .collect();
    let detail = if others.is_empty() {
        "of all that is live".to_owned()
    } else {
        format!("and {}", others.join(", "))
    };
    let mut figures = vec![
        Figure::new("Cost per month", format::total(*cost, *currency), detail)
            .of(currency.to_string()),
    ];
    figures.extend(sold_figures(*sale, *sold, *cost, *currency));
    figures
}

fn vendors(by_vendor: &[VendorCost]) -> Vec<VendorLine> {
    let most = by_vendor
        .iter()
        .map(|row| row.cost_units)
        .max()
        .unwrap_or(0);
    by_vendor
        .iter()
        .take(VENDORS + 2)
        .map(|row| VendorLine {
            vendor: row.vendor.clone(),
            href: format!("{PATH}?{}", query(&row.vendor)),
            subscriptions: count(row.subscriptions),
            cost: format::total(row.cost_units, row.currency),
            currency: row.currency.to_string(),
            share: share(Some(Decimal::from(row.cost_units)), Decimal::from(most)),
            margin: margin(row.sale_units, row.cost_of_sold_units)
                .map(percent_of)
                .unwrap_or_default(),
            tone: if row.sale_units < row.cost_of_sold_units {
                Tone::Bad
            } else {
                Tone::Calm
            },
        })
        .collect()
}

/// Share of the sale that is margin, in percent; nothing where nothing is sold.
fn margin(sale: i64, cost: i64) -> Option<Decimal> {
    if sale == 0 {
        return None;
    }
    let left = Decimal::from(sale.checked_sub(cost)?);
    left.checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(Decimal::from(sale))
}

fn query(vendor: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("vendor", vendor)
        .finish()
}

/// What was bought by month and vendor, in the currency of which there is most; nothing where nothing was.
async fn spend(conn: &impl ConnectionTrait, times: &Times) -> Result<Option<Spend>, StoreError> {
    let this = date_of(times.now, times).first_of_month();
    let from = this
        .checked_sub(Span::new().months(MONTHS - 1))
        .unwrap_or(this);
    let all = subscriptions::cost_by_month(conn, from, this).await?;
    let mut of_currency: BTreeMap<Currency, i64> = BTreeMap::new();
    for row in &all {
        let sum = of_currency.entry(row.currency).or_default();
        *sum = sum.saturating_add(row.cost_units);
    }
    let Some((currency, _)) = of_currency.into_iter().max_by_key(|(_, sum)| *sum) else {
        return Ok(None);
    };
    let rows: Vec<&MonthlyCost> = all.iter().filter(|row| row.currency == currency).collect();
    Ok(Some(drawn(&rows, from, currency)))
}

fn drawn(rows: &[&MonthlyCost], from: Date, currency: Currency) -> Spend {
    let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows {
        let sum = totals.entry(row.vendor.as_str()).or_default();
        *sum = sum.saturating_add(row.cost_units);
    }
    let mut named: Vec<(&str, i64)> = totals.into_iter().collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let others = named.len() > VENDORS + 1;
    let own = if others { VENDORS } else { named.len() };
    let mut series: Vec<String> = named
        .iter()
        .take(own)
        .map(|(name, _)| (*name).to_owned())
        .collect();
    if others {
        series.push("Others".to_owned());
    }
    let place_of = |vendor: &str| {
        named
            .iter()
            .position(|(name, _)| *name == vendor)
            .map_or(0, |place| place.min(series.len() - 1))
    };
    let mut bars = Vec::new();
    let mut line = Vec::new();
    let mut table = Vec::new();
    for place in 0..MONTHS {
        let month = from.checked_add(Span::new().months(place)).unwrap_or(from);
        let of_month: Vec<&&MonthlyCost> = rows.iter().filter(|row| row.month == month).collect();
        let mut parts = vec![0_i64; series.len()];
        for row in &of_month {
            let part = &mut parts[place_of(&row.vendor)];
            *part = part.saturating_add(row.cost_units);
        }
        let total: i64 = parts.iter().copied().fold(0, i64::saturating_add);
        line.push(margin_point(&of_month));
        bars.push(Bar {
            label: month.strftime("%b").to_string(),
            title: format!(
                "{}: {} {currency}",
                month.strftime("%B %Y"),
                format::total(total, currency)
            ),
            parts: parts.iter().map(|units| whole(*units)).collect(),
            warn: false,
        });
        table.push((
            month.strftime("%B %Y").to_string(),
            parts
                .iter()
                .map(|units| format::total(*units, currency))
                .collect(),
        ));
    }
    table.reverse();
    let label = format!(
        "What subscriptions cost by month in {currency}, by vendor: {}",
        series.join(", ")
    );
    let mut plot = Bars::wide(label, bars);
    if line.iter().any(Option::is_some) {
        plot.line = line;
        "margin".clone_into(&mut plot.line_name);
    }
    Spend {
        words: format!("last 12 months, {currency}, by the seats and prices of today"),
        bars: plot,
        table: SpendTable {
            heads: series.clone(),
            rows: table,
        },
        series,
    }
}

/// The margin of a month in words, and its height of 1000 on a scale of 0 to 40 %, of what has a sale price; nothing where nothing has.
fn margin_point(of_month: &[&&MonthlyCost]) -> Option<(String, u64)> {
    let mut sale = 0_i64;
    let mut cost = 0_i64;
    for row in of_month {
        sale = sale.saturating_add(row.sale_units);
        cost = cost.saturating_add(row.cost_of_sold_units);
    }
    let percent = margin(sale, cost)?;
    let height = (percent * Decimal::from(25)).trunc().to_i64().unwrap_or(0);
    Some((
        percent_of(percent),
        u64::try_from(height.clamp(0, 1000)).unwrap_or(0),
    ))
}

/// Whole units of the currency, rounded up: what is there at all is seen.
fn whole(units: i64) -> u64 {
    u64::try_from(units.max(0)).unwrap_or(0).div_ceil(1_000_000)
}

/// What renews in the next weeks, in the currency of which there is most.
fn ahead(of_weeks: &[RenewalSums], pressing: &[RenewalRow], times: &Times, costs: bool) -> Ahead {
    let mut of_currency: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for (currency, sum) in of_weeks.iter().flat_map(|of| &of.bound) {
        let total = of_currency.entry(*currency).or_default();
        *total = total.saturating_add(*sum);
    }
    let main = of_currency
        .into_iter()
        .max_by_key(|(_, sum)| *sum)
        .map(|(currency, _)| currency)
        .filter(|_| costs);
    Ahead {
        words: match main {
            Some(currency) => format!("{WEEKS} weeks, {currency} bound"),
            None => format!("{WEEKS} weeks"),
        },
        bars: main.map(|currency| weeks(of_weeks, currency, times)),
        pressing: pressing
            .iter()
            .take(NAMED)
            .map(|row| Pressing {
                href: href(row.row.id),
                text: format!(
                    "{} · {}",
                    customer_name(&row.row),
                    title(&row.row.subscription)
                ),
                left: days_left(row.due_at, times),
                tone: Tone::Bad,
            })
            .collect(),
        nothing: of_weeks.iter().all(|of| of.renewals + of.ends == 0),
    }
}

fn days_left(due_at: Timestamp, times: &Times) -> String {
    match days_to(last_instant(due_at), times) {
        ..=0 => "today".to_owned(),
        days => format!("{days} d left"),
    }
}

/// Twelve weeks from today on.
fn spans_of_weeks(times: &Times) -> Vec<(Timestamp, Timestamp)> {
    let today = date_of(times.now, times);
    let begin = |week: i64| {
        let day = today.checked_add(Span::new().weeks(week)).unwrap_or(today);
        start_of(day, times).max(times.now)
    };
    (0..WEEKS)
        .map(|week| (begin(week), begin(week + 1)))
        .collect()
}

/// The same as bars; the first one in amber.
fn weeks(of_weeks: &[RenewalSums], currency: Currency, times: &Times) -> Bars {
    let today = date_of(times.now, times);
    let sums: Vec<Decimal> = of_weeks
        .iter()
        .map(|of| of.bound.get(&currency).copied().unwrap_or_default())
        .collect();
    let most = sums.iter().copied().max().unwrap_or_default();
    let bars = sums
        .iter()
        .zip(0_i64..)
        .map(|(sum, place)| {
            let first = today.checked_add(Span::new().weeks(place)).unwrap_or(today);
            let words = format::sum(*sum, currency).unwrap_or_default();
            Bar {
                label: if place == 0 {
                    "now".to_owned()
                } else {
                    format!("w{}", first.iso_week_date().week())
                },
                title: format!("week from {}: {words} {currency}", first.strftime("%-d %b")),
                parts: vec![sum.ceil().to_u64().unwrap_or(u64::MAX)],
                warn: place == 0,
            }
        })
        .collect();
    Bars::small(
        format!(
            "What renewals of the next {WEEKS} weeks would bind, by week; the largest is {} {currency}",
            format::sum(most, currency).unwrap_or_default()
        ),
        bars,
    )
}

/// What can be stopped for some days only.
fn need(
    of_weeks: &[RenewalSums],
    (rows, customers): (Vec<RenewalRow>, u64),
    times: &Times,
    costs: bool,
) -> Option<Need> {
    let last = of_weeks.iter().filter_map(|of| of.last_pressing).max()?;
    let most = days_to(last_instant(last), times);
    let number: u64 = of_weeks.iter().map(|of| of.pressing).sum();
    let mut names: Vec<String> = Vec::new();
    for name in rows.iter().map(|row| customer_name(&row.row)) {
        if names.len() < NAMED && !names.contains(&name) {
            names.push(name);
        }
    }
    let others = customers.saturating_sub(names.len() as u64);
    let mut text = names.join(", ");
    if others > 0 {
        text.push_str(&format!(" and {}", counted(others, "other", "others")));
    }
    let mut bound = Sums::new();
    for (currency, sum) in of_weeks.iter().flat_map(|of| &of.pressing_bound) {
        let total = bound.entry(*currency).or_default();
        *total = total.saturating_add(*sum);
    }
    let bound = sums(&bound);
    if costs && !bound.is_empty() {
        text.push_str(&format!(" · {} would be bound", bound.join(", ")));
    }
    text.push('.');
    Some(Need {
        icon: "calendar-x",
        tone: Tone::Bad,
        title: format!(
            "{} can be stopped {}",
            counted(number, "renewal", "renewals"),
            match most {
                0 => "only today".to_owned(),
                1 => "until tomorrow".to_owned(),
                days => format!("for {days} more days at most"),
            }
        ),
        text,
        action: Button::link("Review", "/subscriptions/renewals"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spend(month: &str, vendor: &str, cost: i64, sale: i64) -> MonthlyCost {
        MonthlyCost {
            month: month.parse().unwrap(),
            vendor: vendor.to_owned(),
            currency: "EUR".parse().unwrap(),
            cost_units: cost,
            sale_units: sale,
            cost_of_sold_units: if sale == 0 { 0 } else { cost },
        }
    }

    #[test]
    fn many_vendors_are_four_and_the_others() {
        let all: Vec<MonthlyCost> = (0..7_i64)
            .map(|place| {
                spend(
                    "2026-11-01",
                    &format!("v{place}"),
                    (10 - place) * 1_000_000,
                    20_000_000,
                )
            })
            .collect();
        let rows: Vec<&MonthlyCost> = all.iter().collect();
        let drawn = drawn(&rows, "2025-12-01".parse().unwrap(), "EUR".parse().unwrap());
        assert_eq!(drawn.series, ["v0", "v1", "v2", "v3", "Others"]);
        let last = drawn.bars.bars.last().unwrap();
        assert_eq!(last.parts, [10, 9, 8, 7, 15]);
        assert_eq!(drawn.table.rows[0].0, "November 2026");
        assert_eq!(drawn.table.rows.len(), 12);
        assert_eq!(
            drawn.bars.line.last().unwrap().as_ref().unwrap().0,
            "65.0\u{202f}%"
        );
    }

    #[test]
    fn what_has_no_sale_price_has_no_margin() {
        let all = [
            spend("2026-11-01", "a", 5, 0),
            spend("2026-11-01", "b", 5, 0),
        ];
        let rows: Vec<&MonthlyCost> = all.iter().collect();
        let drawn = drawn(&rows, "2025-12-01".parse().unwrap(), "EUR".parse().unwrap());
        assert!(drawn.bars.line.is_empty());
        assert_eq!(drawn.series.len(), 2);
        let all = [
            spend("2026-11-01", "a", 75, 100),
            spend("2026-11-01", "b", 5, 0),
        ];
        let rows: Vec<&MonthlyCost> = all.iter().collect();
        let drawn = super::drawn(&rows, "2025-12-01".parse().unwrap(), "EUR".parse().unwrap());
        assert_eq!(
            drawn.bars.line.last().unwrap().as_ref().unwrap().0,
            "25.0\u{202f}%"
        );
    }
}
