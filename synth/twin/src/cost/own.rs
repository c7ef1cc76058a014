//! Prices of one's own, such as those of a contract, which go before the listed ones.

use super::prices::{Item, Price, price};
use crate::{
    catalogue,
    load::{Flaw, Flaws},
    pods::Capacity,
};

/// The first line, which is that of `data/other-prices.csv`.
/// The most that one unit of anything may cost.
const DEAREST: f64 = 1e6;

const HEADER: &str = "item,region,dollars,unit,source,read,estimated";

/// The region of a price that is the same everywhere.
const EVERYWHERE: &str = "*";

/// Behind the name of an instance type, what Spot costs.
const SPOT: &str = " spot";

/// What is listed, behind what a file of one's own says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices<'a>(Vec<Row<'a>>);

#[derive(Clone, Debug, PartialEq)]
struct Row<'a> {
    line: usize,
    of: Of<'a>,
    region: &'a str,
    price: Price<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Of<'a> {
    Item(Item),
    Instance(&'a str, Capacity),
}

impl<'a> Prices<'a> {
    /// Reads a table with the columns of `data/other-prices.csv`. An item is one of that table, an instance type such as `m7i.xlarge`,
    /// which is on demand, or `m7i.xlarge spot`; a region may be `*`. Empty lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// Every line that cannot be read, with what is expected there, and every price that stands twice.
    pub fn read(text: &'a str) -> Result<Self, Flaws> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (mut rows, mut flaws) = (Vec::<Row<'a>>::new(), Vec::new());
        let mut flaw = |line: usize, what: String| flaws.push(Flaw { line: Some(line), what });
        match lines.next() {
            None => flaw(1, format!("the file holds no price: it begins with `{HEADER}`")),
            Some((_, header)) if header == HEADER => {}
            Some((line, header)) => flaw(line, format!("the header is `{header}`: write `{HEADER}`")),
        }
        for (line, text) in lines {
            match Row::read(line, text) {
                Ok(row) => match rows.iter().find(|above| above.of == row.of && above.region == row.region) {
                    Some(above) => {
                        flaw(line, format!("has a price already, from line {}: remove one of them", above.line));
                    }
                    None => rows.push(row),
                },
                Err(wrong) => wrong.into_iter().for_each(|what| flaw(line, what)),
            }
        }
        if flaws.is_empty() { Ok(Self(rows)) } else { Err(Flaws(flaws)) }
    }

    /// The price of an item in a region.
    pub fn of(&self, item: Item, region: &str) -> Price<'a> {
        self.own(Of::Item(item), region).unwrap_or_else(|| price(item, region))
    }

    /// What an hour of an instance costs by the file, if it says so.
    pub fn instance(&self, name: &str, capacity: Capacity, region: &str) -> Option<Price<'a>> {
        self.own(Of::Instance(name, capacity), region)
    }

    /// The price of a region goes before that of all.
    fn own(&self, of: Of<'_>, region: &str) -> Option<Price<'a>> {
        let named = |region: &str| self.0.iter().find(|row| row.of == of && row.region == region);
        named(region).or_else(|| named(EVERYWHERE)).map(|row| row.price)
    }
}

impl<'a> Row<'a> {
    fn read(line: usize, text: &'a str) -> Result<Self, Vec<String>> {
        let cells: Vec<_> = text.split(',').map(str::trim).collect();
        let Ok([item, region, dollars, unit, source, read, estimated]) = <[&str; 7]>::try_from(cells.as_slice()) else {
            let count = cells.len();
            return Err(vec![format!("has {count} columns: write 7, with a comma between two and nowhere else")]);
        };
        let mut wrong = Vec::new();
        let of = Of::named(item);
        match of {
            None => wrong.push(format!(
                "`{item}` is no item: name an instance type such as `m7i.xlarge` or `m7i.xlarge spot`, or one of {}",
                Item::ALL.map(Item::name).join(", ")
            )),
            Some(of) if of.unit() != unit => {
                wrong.push(format!("`{item}` is paid by `{}`, not by `{unit}`: convert the price", of.unit()));
            }
            Some(_) => {}
        }
        if region != EVERYWHERE && !catalogue::knows_region(region) {
            wrong.push(format!("`{region}` is no region that is known: name one such as `eu-north-1`, or `*` for all"));
        }
        let cost = dollars.parse::<f64>().ok().filter(|dollars| (0.0..=DEAREST).contains(dollars));
        if cost.is_none() {
            wrong.push(format!("`{dollars}` is no price: write dollars for one unit, such as 0.045"));
        }
        if source.is_empty() {
            wrong.push("has no source: name the contract or the page".to_owned());
        }
        if !is_day(read) {
            wrong.push(format!("`{read}` is no day: write the one from which the price is, such as 2026-11-30"));
        }
        let guess = match estimated {
            "" => false,
            "yes" => true,
            other => {
                wrong.push(format!("`{other}` says nothing of a guess: write `yes`, or leave it empty"));
                false
            }
        };
        match (of, cost) {
            (Some(of), Some(dollars)) if wrong.is_empty() => {
                Ok(Self { line, of, region, price: Price { dollars, unit, source, read, estimated: guess } })
            }
            _ => Err(wrong),
        }
    }
}

impl<'a> Of<'a> {
    fn named(name: &'a str) -> Option<Self> {
        let instance = || {
            let (name, capacity) = match name.strip_suffix(SPOT) {
                Some(name) => (name, Capacity::Spot),
                None => (name, Capacity::OnDemand),
            };
            catalogue::knows(name).then_some(Of::Instance(name, capacity))
        };
        Item::named(name).map(Of::Item).or_else(instance)
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Item(item) => item.unit(),
            Self::Instance(..) => "hour",
        }
    }
}

/// A day, or the month if no more is known.
fn is_day(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    let written = parts.iter().all(digits) && [&[4, 2][..], &[4, 2, 2]].contains(&lengths.as_slice());
    let first = if lengths.len() == 2 { "-01" } else { "" };
    written && format!("{text}{first}").parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "
        # Contract of 2026.
        item,region,dollars,unit,source,read,estimated
        nat_gateway,*,0.03,hour,contract 7,2026-11-01,
        nat_gateway,eu-north-1,0.02,hour,contract 7,2026-11-01,yes
        m7i.xlarge,*,0.1,hour,savings plan,2026-11,
        m7i.xlarge spot,*,0.05,hour,contract 7,2026-11-01,";

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert!(["2026-11", "2026-11-01", "2028-02-29"].into_iter().all(is_day));
        for none in ["2026-13-01", "2030-99", "2026-02-29", "26-11-01", "2026-11-1", "2026", ""] {
            assert!(!is_day(none), "{none}");
        }
    }

    #[test]
    fn ones_own_price_goes_before_the_listed_one_and_that_of_a_region_before_that_of_all() {
        let prices = Prices::read(ROWS).unwrap();
        let nat = |region: &str| prices.of(Item::NatGateway, region);
        assert_eq!((nat("eu-north-1").dollars, nat("eu-north-1").estimated), (0.02, true));
        assert_eq!((nat("us-east-1").dollars, nat("us-east-1").source), (0.03, "contract 7"));
        assert_eq!(prices.of(Item::Nlb, "us-east-1"), price(Item::Nlb, "us-east-1"));
        let instance = |capacity| prices.instance("m7i.xlarge", capacity, "eu-north-1").map(|price| price.dollars);
        assert_eq!([instance(Capacity::OnDemand), instance(Capacity::Spot)], [Some(0.1), Some(0.05)]);
        assert_eq!(prices.instance("m7i.large", Capacity::Spot, "eu-north-1"), None);
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_to_write() {
        let text = "item,region,dollars,unit,source,read,estimated
nat,eu-north-1,0.02,hour,contract,2026-11-01,
nlb,eu-nrth-1,NaN,hour,contract,2026-11-01,
nlb,*,0.02,month,,11/2026,maybe
nlb,*,0.02,hour,contract,2026-11-01,
nlb,*,0.03,hour,contract,2026-11-01,
m7i.huge,*,1,hour,a, b,2026-11-01,";
        let told = Prices::read(text).unwrap_err().of_file("own.csv");
        for said in [
            "own.csv:2: `nat` is no item",
            "own.csv:3: `eu-nrth-1` is no region",
            "own.csv:3: `NaN` is no price",
            "own.csv:4: `nlb` is paid by `hour`, not by `month`",
            "own.csv:4: has no source",
            "own.csv:4: `11/2026` is no day",
            "own.csv:4: `maybe` says nothing",
            "own.csv:6: has a price already, from line 5",
            "own.csv:7: has 8 columns",
        ] {
            assert!(told.contains(said), "{said}: {told}");
        }
        assert_eq!(told.lines().count(), 9, "{told}");
        assert!(Prices::read("").unwrap_err().of_file("own.csv").contains("own.csv:1: the file holds no price"));
    }
}
