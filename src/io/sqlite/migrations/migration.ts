export interface Migration {
  /** One more than the previous migration's; `PRAGMA user_version` after this migration. */
  readonly version: number;
  readonly sql: string;
}
