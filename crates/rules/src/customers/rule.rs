//! The rules of customer sync, by the ids that stand in histories.

use domain::text_enum;

text_enum! {
    /// The rule behind a decision. Ids are stable: they stand in histories.
    pub enum Rule {
        /// Both sides hold the same.
        C01 = "C01",
        /// Only Ion changed it.
        C02 = "C02",
        /// Only Ionbridge changed it.
        C03 = "C03",
        /// Both changed it, to the same.
        C04 = "C04",
        /// Both changed it; Ion owns the field.
        C05 = "C05",
        /// Both changed it; Ionbridge owns the field.
        C06 = "C06",
        /// Both changed it; the later one counts.
        C07 = "C07",
        /// Both changed it; a person decides.
        C08 = "C08",
        /// A person decided.
        C09 = "C09",
        /// One side was empty when the two were linked.
        C10 = "C10",
        /// They differed when the two were linked, without a common past.
        C11 = "C11",
        /// Ion requires the field, and our change would empty it.
        C12 = "C12",
        /// New in Ion, like none of ours: imported and linked.
        C20 = "C20",
        /// New in Ion, like one of ours: proposed.
        C21 = "C21",
        /// New here, and the policy sends new customers to Ion.
        C22 = "C22",
        /// New here; it waits until the first plan was applied.
        C23 = "C23",
        /// New here; new customers are sent to Ion by hand only.
        C24 = "C24",
        /// New here, like one of Ion's: proposed.
        C25 = "C25",
        /// A person said to leave it.
        C26 = "C26",
        /// Alike beyond doubt, by e-mail and name: linked once a person applies the plan.
        C27 = "C27",
        /// A person linked the two.
        C28 = "C28",
        /// Linked, and missing in one complete list.
        C30 = "C30",
        /// Linked, and gone from Ion: two complete lists, or a 404.
        C31 = "C31",
        /// Gone from Ion, and there again.
        C32 = "C32",
        /// Missing in a list that was not complete: says nothing.
        C33 = "C33",
        /// Archived here: not synced.
        C34 = "C34",
    }
}

impl Rule {
    /// Why, in words for people.
    pub const fn why(self) -> &'static str {
        match self {
            Self::C01 => "both sides hold the same",
            Self::C02 => "only Ion changed it",
            Self::C03 => "only Ionbridge changed it",
            Self::C04 => "both sides changed it to the same",
            Self::C05 => "both sides changed it, and Ion owns this field",
            Self::C06 => "both sides changed it, and Ionbridge owns this field",
            Self::C07 => "both sides changed it, and the later change counts",
            Self::C08 => "both sides changed it differently: a person decides",
            Self::C09 => "a person decided",
            Self::C10 => "one side was empty when the two were linked",
            Self::C11 => "the two differed when they were linked: a person decides",
            Self::C12 => "Ion requires this field, so it is not emptied there",
            Self::C20 => "new in Ion, and like none of ours",
            Self::C21 => "new in Ion, and like one of ours: a person decides",
            Self::C22 => "new here, and new customers are created in Ion",
            Self::C23 => "new here; nothing is created in Ion before the first plan was applied",
            Self::C24 => "new here; customers are created in Ion by hand",
            Self::C25 => "new here, and like one of Ion's: a person decides",
            Self::C26 => "a person said to leave it",
            Self::C27 => "the same e-mail and the same name, and no other like them",
            Self::C28 => "a person linked the two",
            Self::C30 => "missing in one complete list; looked for again",
            Self::C31 => "no longer in Ion",
            Self::C32 => "in Ion again",
            Self::C33 => "the list was not complete, so a missing customer says nothing",
            Self::C34 => "archived here, so it is not synced",
        }
    }
}
