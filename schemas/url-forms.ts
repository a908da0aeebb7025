/** How the URL of each kind of schema registry looks, by scheme. */
export const schemaRegistryForms = {
  file: 'file:DIR',
  postgres: 'postgres://…',
  postgresql: 'postgres://…',
  http: 'https://… (Confluent)',
  https: 'https://… (Confluent)',
} as const
