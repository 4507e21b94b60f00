//! Margin rules: which one gives the sale price, what comes of it, and whether a rule makes sense.
