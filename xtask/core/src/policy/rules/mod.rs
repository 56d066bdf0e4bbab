//! Rules over several objects, over time and over the files of the fleet, one file each.
