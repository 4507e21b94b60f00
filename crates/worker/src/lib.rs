//! The queue runner and the schedule; one thin file per job.
