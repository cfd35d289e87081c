"""The parts of the evaluator: JavaScript's values, patterns, conditions, buckets. Pure, and the same in `flags.js`."""
