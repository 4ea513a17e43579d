//! What issues are called.

/// Something does not work.
pub(super) const BUGS: &[&str] = &[
    "«Fault» «condition»",
    "«Name»: «fault» «condition»",
    "«Name»: «fault» in «browser»",
    "«Fault» after «doing»",
    "«Doing» fails with «error» in «browser»",
    "«Doing» fails «condition»",
    "Cannot «do» «condition»",
    "Cannot «do» in «browser»",
    "Cannot «do» on «device»",
    "«Name»: «error» after «doing»",
    "«Name» shows «error» «condition»",
    "«Error» while «doing» «condition»",
    "Wrong «attribute» of the «thing» «condition»",
    "«Attribute» of the «thing» is wrong after «doing»",
    "«Things» are missing from «part» «condition»",
    "«Things» appear twice «condition»",
    "«Name» hangs «condition»",
    "«Name» is slow with more than «many» «things»",
    "«Doing» takes «few» seconds «condition»",
    "Crash while «doing» on «device»",
    "«Name»: the «attribute» is lost «condition»",
    "«Name»: the «attribute» is not saved «condition»",
    "The «attribute» of «a thing» changes by itself «condition»",
    "«Thing» cannot be opened «condition»",
    "«Name» cannot be used «condition»",
    "«Name» is empty after «doing» «condition»",
    "«Fault» in «version»",
    "«Fault» for «customer»",
    "«Customer»: cannot «do»",
    "Regression in «version»: «fault»",
];

/// Something is wished for.
pub(super) const WISHES: &[&str] = &[
    "Allow to «do» «condition»",
    "Allow to «do» for several «things» at once",
    "Show the «attribute» of «a thing» in «part»",
    "Export «things» as «format» for «customer»",
    "Import «things» of «customer» from «format»",
    "«Name»: filter by «attribute»",
    "«Name»: sort by «attribute»",
    "«Name»: group «things» by «attribute»",
    "«Name»: remember the «attribute» «condition»",
    "«Name»: say why one cannot «do» «condition»",
    "A keyboard shortcut to «do»: «shortcut»",
    "«Name» in «locale» for «customer»",
    "«Customer» wants to «do» «condition»",
    "Undo for «doing» «condition»",
    "Ask before «doing» «condition»",
    "Tell the office when «a thing» changes «condition»",
    "«Name» should work «condition»",
    "Limit who may «do» «condition»",
];

/// Something is to be done for its own sake.
pub(super) const CHORES: &[&str] = &[
    "Document how to «do» «condition»",
    "Update «dependency» in «part»",
    "Replace «dependency» in «part»",
    "Remove the old code for «things»",
    "Test for «doing» «condition» is flaky",
    "Write a test for «doing» «condition»",
    "Log why «doing» fails «condition»",
    "Measure how long «doing» takes «condition»",
    "«Name»: move «things» to the new table",
    "«Name»: fewer requests «condition»",
    "Clean up the «attribute» of old «things»",
    "Describe the «attribute» in the handbook",
];

/// What an issue was called at first, before somebody wrote it better.
pub(super) const VAGUE: &[&str] = &[
    "«Name» is broken",
    "Problem with «things»",
    "«Doing» does not work",
    "«Name» «error»",
    "Something is wrong with «part»",
    "Question about «doing»",
];
