/** How the URL of each kind of destination looks, by scheme. */
export const destinationForms = {
  stdout: 'stdout',
  jsonl: 'jsonl:DIR',
  duckdb: 'duckdb:FILE',
  postgres: 'postgres://…',
  postgresql: 'postgres://…',
} as const
