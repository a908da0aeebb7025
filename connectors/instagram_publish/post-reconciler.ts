import { actionRoots } from '../../framework/components/actions/action.ts'
import { ActionError } from '../../framework/components/actions/action-error.ts'
import type { StepFrame, TrailEntry } from '../../framework/components/actions/action-step.ts'
import { pause } from '../../framework/components/actions/pause.ts'
import { Reconciler, type Verdict } from '../../framework/components/actions/reconciler.ts'
import { Requester } from '../../framework/components/read/requester.ts'
import { defined } from '../../framework/defined.ts'
import { type BuildContext, defineComponent, type Values } from '../../framework/manifest/definition/component.ts'
import { integer, integerOrTemplate, optional, slot, template, withDefault } from '../../framework/manifest/definition/fields.ts'
import { isObject } from '../../framework/protocol/json.ts'
import { matchingMedia, type PublishedMedia, readMediaList } from './media-match.ts'

const fields = {
  status: slot(Requester, { description: 'Reads `status_code` of the container.' }),
  published: slot(Requester, { description: 'Lists the newest posts (or stories) with id, caption, timestamp and permalink.' }),
  caption: optional(template(actionRoots, { description: 'The caption of the post.' })),
  skew_seconds: withDefault(integer({ description: 'By how much the clock here may be ahead of that of the API.' }), 60),
  looks: optional(
    integerOrTemplate({ description: 'Maximum number of checks, half a second apart and then increasingly longer; default: 6.' }),
  ),
}

type ReconcilerFields = Values<typeof fields>

export const InstagramPostReconciler = defineComponent(Reconciler, {
  type: 'InstagramPostReconciler',
  summary: 'Finds out whether a post went live: by the state of its container, and by a post with its caption since the attempt.',
  fields,
  examples: [
    {
      title: 'A post',
      manifest: {
        type: 'InstagramPostReconciler',
        status: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: '17889455560051444' },
        published: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: '17841400000000001/media' },
        caption: "{{ input['caption'] }}",
      },
    },
  ],
  create: (values, context) => ({ reconcile: (frame, entry) => reconcile(values, { frame, entry, context }) }),
})

interface Search {
  readonly frame: StepFrame
  readonly entry: TrailEntry
  readonly context: BuildContext
}

/** Looks several times, because the lists of the API lag behind what it did. */
async function reconcile(values: ReconcilerFields, search: Search): Promise<Verdict> {
  const { frame, context } = search
  const looks = Math.max(1, values.looks ?? 6)
  let wait = 500
  for (let look = 1; ; look++) {
    const verdict = judge(await scanOnce(values, search), search.entry)
    if (verdict.kind !== 'open' || look >= looks) return verdict
    await pause(context.services.clock, wait, frame.signal)
    wait = Math.min(wait * 2, 30_000)
  }
}

interface Seen {
  /** Of the container; undefined when it cannot be read. */
  readonly status: string | undefined
  /** Posts that can be this one; undefined when they cannot be listed. */
  readonly matches: readonly PublishedMedia[] | undefined
  readonly hasCaption: boolean
}

async function scanOnce(values: ReconcilerFields, { frame, entry }: Search): Promise<Seen> {
  const caption = values.caption?.evaluate(frame.scope)
  const since = Date.parse(entry.since ?? entry.at) - values.skew_seconds * 1000
  const status = await read(values.status, frame)
  const listed = await read(values.published, frame)
  const others = new Set((await frame.trail.others()).map((output) => output['id']))
  const wanted = { caption: typeof caption === 'string' ? caption : undefined, since, others }
  const state = isObject(status) && typeof status['status_code'] === 'string' ? status['status_code'] : undefined
  const matches = listed === undefined ? undefined : matchingMedia(readMediaList(listed), wanted)
  return { status: state, matches, hasCaption: wanted.caption !== undefined && wanted.caption.trim() !== '' }
}

/** A read that is refused says nothing; what ends the run is thrown. */
async function read(requester: Requester, { scope, signal }: StepFrame): Promise<unknown> {
  try {
    const { response } = await requester.send({ scope, parts: {}, ...defined({ signal }) })
    return response.json()
  } catch (thrown) {
    if (thrown instanceof ActionError) return undefined
    throw thrown
  }
}

function judge({ status, matches, hasCaption }: Seen, entry: TrailEntry): Verdict {
  const [match, ...more] = matches ?? []
  // Without a caption anything that was posted meanwhile could be it, so the container has to say that it was published.
  if (match && more.length === 0 && (status === 'PUBLISHED' || hasCaption)) {
    return { kind: 'happened', output: { id: match.id, found_by: 'reconciliation' } }
  }
  if (status === 'ERROR') return absent('CONTAINER_ERROR', 'the API could not process the container; nothing was posted')
  if (status === 'EXPIRED' && matches?.length === 0)
    return absent('CONTAINER_EXPIRED', 'the container expired unpublished; nothing was posted')
  const seen = { container: status ?? 'not readable', candidates: (matches ?? []).map(({ id }) => id) }
  const repeatable = status === 'FINISHED' && matches?.length === 0
  return { kind: 'open', message: describe({ status, matches, hasCaption }, entry), repeatable, seen }
}

function absent(code: string, message: string): Verdict {
  return { kind: 'absent', code, message }
}

function describe({ status, matches }: Seen, { at }: TrailEntry): string {
  const attempt = `the outcome of the attempt at ${at} is not known`
  if (status === 'PUBLISHED') {
    const found =
      matches === undefined ? 'posts cannot be listed' : matches.length === 0 ? 'it is not in the list of posts yet' : many(matches)
    return `the post is live, but which one it is is not known: ${found}. Resume later, or name it: publish resume KEY --published ID`
  }
  const container = status === undefined ? 'the container cannot be read' : `the container is ${status}`
  const posts =
    matches === undefined ? 'posts cannot be listed' : matches.length === 0 ? 'no post since then has its caption' : many(matches)
  return `${attempt}: ${container}, ${posts}. It is not tried again by itself: look at the account, then publish resume KEY`
}

const many = (matches: readonly PublishedMedia[]): string => `these could be it: ${matches.map(({ id }) => id).join(', ')}`
