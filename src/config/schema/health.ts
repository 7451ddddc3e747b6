import * as v from './vocabulary.ts';

/** When the service reports a problem of its own. */
export const healthSchema = v.section({
  no_data_after: v.option(
    v.durationOrNever('1m'),
    '1h',
    'Time without a message after which an input is reported; at least four times the longest pause of the input so far. `never`: off.',
  ),
  max_megabytes_per_day: v.option(
    v.whole(1, 10_000_000),
    2000,
    'Millions of bytes written to the disk within a day above which the wear of the card is reported.',
  ),
});
