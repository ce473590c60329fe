//! Timetables: the problem, the search for better ones, and the judge.
