/**
 * Words that registries and lists of accounts had before accounts of several providers could be kept: they are read for ever, and the
 * tables of a database keep them, because other programs know these tables.
 */
export const SEED = {
  /** Of accounts that name no provider. */
  provider: 'meta',
  /** Of accounts of that provider that name no login. */
  login: 'facebook',
  /** The field of `externalId` in files and JSON lines. */
  idField: 'ig_user_id',
  /** Ids of that provider. */
  idForm: /^\d{5,30}$/,
  tables: {
    accounts: 'instagram_accounts',
    userTokens: 'user_tokens',
    posts: 'instagram_posts',
    insights: 'instagram_insights',
    syncLogs: 'instagram_sync_logs',
  },
} as const

/** Names of columns in lists to import from. The first name is the one in errors; the others are met in lists of other programs. */
export const IMPORT_COLUMNS = {
  id: ['external_id', SEED.idField, 'account_id', 'instagram_id'],
  name: ['account_name', 'name', 'username'],
  token: ['access_token', 'token'],
  expires: ['token_expires_at', 'expires_at'],
  created: ['token_created_at'],
  provider: ['provider'],
  login: ['login_family', 'login'],
  owner: ['owner', 'u_id'],
  priority: ['priority'],
} as const
