/** How the URL of each kind of account registry looks, by scheme. */
export const accountRegistryForms = { file: 'file:accounts.yaml', postgres: 'postgres://…', postgresql: 'postgres://…' } as const
