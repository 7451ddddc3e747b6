/** The time of a pipeline, epoch ms; -Infinity before the first. */
export interface PipelineTime {
  /** That of the newest arrival or tick. */
  now: number;
  /** That of the newest command. */
  commandAt: number;
}

/** The time of a pipeline, epoch ms; -Infinity before its first message. */
export interface PipelineMoment {
  readonly now: number;
  /** When the periodic work was last done. */
  readonly beatAt: number;
}
