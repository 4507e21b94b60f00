//! What a list can be narrowed down by: one method for each member of the query.

/// Gives a list of Ion's, whose members stand in its `query`, a method for each of these.
macro_rules! filters {
    ($list:ident: $($(#[$meta:meta])* $method:ident: $type:ty = $name:literal),+ $(,)?) => {
        impl $list<'_> {$(
            $(#[$meta])*
            #[must_use]
            pub fn $method(mut self, value: $type) -> Self {
                self.query.set($name, value.to_string());
                self
            }
        )+}
    };
}

pub(crate) use filters;
