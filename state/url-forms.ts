/** How the URL of each kind of state registry looks, by scheme. */
export const stateRegistryForms = {
  file: 'file:DIR',
  postgres: 'postgres://…',
  postgresql: 'postgres://…',
  s3: 's3://BUCKET/PREFIX',
} as const

/** The same of journals of actions; `memory:` is for tests. */
export const journalForms = { file: 'file:DIR', postgres: 'postgres://…', postgresql: 'postgres://…', memory: 'memory:' } as const
