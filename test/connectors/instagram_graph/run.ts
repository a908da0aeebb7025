import { instagramGraph } from '../../../connectors/instagram_graph/package.ts'
import type { Sandbox } from '../../../sandbox/sandbox.ts'
import { open, type RunOptions, type RunResult, runOn } from '../harness.ts'

const ours = (sandbox: Sandbox, { config = {}, ...options }: RunOptions): RunOptions => ({
  ...options,
  connector: instagramGraph,
  config: { start_date: '2026-08-01', instagram_base_url: sandbox.instagramUrl, ...config },
})

/** Reads Instagram to the end, as the command line does. */
export function readInstagram(sandbox: Sandbox, options: RunOptions = {}): Promise<RunResult> {
  return runOn(sandbox, ours(sandbox, options))
}

/** The Instagram connector on a sandbox, opened and not yet read. */
export function openInstagram(sandbox: Sandbox, options: RunOptions = {}) {
  return open(sandbox, ours(sandbox, options))
}

/** The streams of accounts; those of media have tests of their own. */
export const ACCOUNT_STREAMS = [
  'account',
  'account_insights',
  'account_insights_week',
  'account_insights_days_28',
  'account_insights_by_media_product_type',
  'account_insights_by_follow_type',
  'account_insights_by_contact_button_type',
  'account_demographics',
  'online_followers',
] as const
