//! Text of `.merit` files to trees.

pub mod tree;
