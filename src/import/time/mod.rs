//! Days and times as people and programs write them.

pub mod dates;
pub mod meridiem;
pub mod months;
pub mod named;
pub mod order;
pub mod zones;
