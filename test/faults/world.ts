import { onTestFinished } from 'vitest'
import type { Fault, FaultKind } from '../../sandbox/faults/fault.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import { temporaryFolder } from '../cli/run.ts'
import { type Outcome, type ReadSettings, readInto, tableOf } from './pipeline.ts'

/**
 * A small world in which every stream takes several calls: two windows of insights, two pages of posts and more, several batches. The range is fixed,
 * so that waiting (which moves the clock) changes nothing of what there is to read.
 */
export const WORLD: SandboxOptions = { now: '2026-11-20T01:00:00Z', seed: 3, pages: 2, days: 120, posts: 150 }
export const CONFIG = {
  start_date: '2026-08-01',
  end_date: '2026-11-15',
  metrics: ['page_media_view', 'page_follows', 'page_video_views', 'post_media_view', 'post_reactions_by_type_total'],
}

export const ROUTES = {
  accounts: 'GET /{user}/accounts',
  page: 'GET /{page}',
  insights: 'GET /{page}/insights',
  posts: 'GET /{page}/published_posts',
  batch: 'POST /',
} as const
export type RouteName = keyof typeof ROUTES

/** Kinds of streams to read, so that a route is called and not much else. */
export const KINDS: Readonly<Record<RouteName, readonly string[]>> = {
  accounts: ['page', 'page_insights'],
  page: ['page'],
  insights: ['page_insights'],
  posts: ['posts'],
  batch: ['post_insights'],
}

/** What an undisturbed read gives, and how many calls of each route it takes. */
export interface Golden {
  readonly table: ReadonlyMap<string, string>
  readonly outcome: Outcome
  readonly counts: Readonly<Record<string, number>>
}

export async function openFaultWorld(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...WORLD, ...options })
  onTestFinished(() => sandbox.close())
  return sandbox
}

const goldens = new Map<string, Promise<Golden>>()

/** Read once per world and settings, from a sandbox of its own. */
export function goldenOf(settings: ReadSettings = {}, options: SandboxOptions = {}): Promise<Golden> {
  const name = JSON.stringify([settings, options])
  const golden = goldens.get(name) ?? readGolden(settings, options)
  goldens.set(name, golden)
  return golden
}

async function readGolden(settings: ReadSettings, options: SandboxOptions): Promise<Golden> {
  const sandbox = await openFaultWorld(options)
  const folder = temporaryFolder()
  const outcome = await readInto(folder, sandbox, { ...settings, config: { ...CONFIG, ...settings.config } })
  if (outcome.exitCode !== 0) throw new Error(`the undisturbed read failed: ${JSON.stringify(outcome.errors)}`)
  return { table: tableOf(folder), outcome, counts: { ...sandbox.counts } }
}

/** A world with a folder of its own, in which faulty and sound reads follow each other. */
export interface Bench {
  readonly sandbox: Sandbox
  readonly folder: string
  read(settings?: ReadSettings): Promise<Outcome>
  table(): ReadonlyMap<string, string>
}

export async function openBench(options: SandboxOptions = {}, always: ReadSettings = {}): Promise<Bench> {
  const sandbox = await openFaultWorld(options)
  const folder = temporaryFolder()
  return {
    sandbox,
    folder,
    read: (settings = {}) =>
      readInto(folder, sandbox, { ...always, ...settings, config: { ...CONFIG, ...always.config, ...settings.config } }),
    table: () => tableOf(folder),
  }
}

/** A fault that hits one route. */
export function faultAt(route: RouteName, fault: FaultKind, hits: { skip?: number; times?: number } = {}): Fault {
  return { ...fault, match: { route: ROUTES[route] }, ...hits }
}
