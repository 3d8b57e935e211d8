/** Named maxima of the schema checker. */

/** Subschemas of one schema. */
export const SCHEMA_NODES_MAX = 5_000;

/** How deep subschemas may stand in one another. */
export const SCHEMA_DEPTH_MAX = 64;

/** How deep subschemas and values may lead into one another while a value is checked: references make that more than the schema's own depth. */
export const CHECK_DEPTH_MAX = 300;

/** Work of compiling the patterns of one schema, in steps of about 50 ns. */
export const PATTERN_STEPS_MAX = 1_000_000;

/** Work of checking one value, in steps of 50 to 100 ns: 50 ms at the worst. */
export const CHECK_STEPS_MAX = 500_000;

/** Characters of the place that is told of a violation. */
export const PLACE_LENGTH_MAX = 500;
