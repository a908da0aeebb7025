import { readFile } from 'node:fs/promises'
import { actionRoots } from '../../framework/components/actions/action.ts'
import { ActionError } from '../../framework/components/actions/action-error.ts'
import { ActionStep, pathOf, type StepFrame } from '../../framework/components/actions/action-step.ts'
import { pause } from '../../framework/components/actions/pause.ts'
import type { HttpRequest } from '../../framework/http/request.ts'
import type { ErrorHandler } from '../../framework/http/resolution.ts'
import { type BuildContext, defineComponent, type Values } from '../../framework/manifest/definition/component.ts'
import { condition, integer, optional, string, template, withDefault } from '../../framework/manifest/definition/fields.ts'
import { isObject } from '../../framework/protocol/json.ts'
import type { Json } from '../../framework/protocol/messages.ts'
import { interpretPublish } from './publish-error-handler.ts'

const fields = {
  name: string({ description: 'Later steps see the output under this name.' }),
  when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
  uri: template(actionRoots, { description: 'Where the container takes the bytes.' }),
  file: template(actionRoots, { description: 'Path of a local file, or an https address that Meta fetches it from.' }),
  token: template(actionRoots, { description: 'The token of the call.' }),
  tries: withDefault(integer({ description: 'Times that the bytes are sent at most; a repeated upload replaces the one before.' }), 3),
}

export const ResumableUploadStep = defineComponent(ActionStep, {
  type: 'ResumableUploadStep',
  summary: 'Puts a video into its container: the bytes of a local file, or the address of one.',
  fields,
  examples: [
    {
      title: 'A local video',
      manifest: {
        type: 'ResumableUploadStep',
        name: 'upload',
        uri: 'https://rupload.facebook.com/ig-api-upload/v26.0/17889455560051444',
        file: 'video.mp4',
        token: "{{ config['access_token'] }}",
      },
    },
  ],
  create: (values, context) => ({
    name: values.name,
    applies: (scope) => values.when?.evaluate(scope) ?? true,
    inDoubt: () => false,
    run: (frame) => upload(values, frame, context),
    plan: async (frame) => {
      const from = String(values.file.evaluate(frame.scope))
      return { calls: [{ step: pathOf(frame, values.name), method: 'POST', url: '<uri of the container>', note: `the bytes of ${from}` }] }
    },
  }),
})

async function upload(values: Values<typeof fields>, frame: StepFrame, { services }: BuildContext): Promise<Json> {
  const path = pathOf(frame, values.name)
  const found = frame.trail.entry(path)
  if (found?.status === 'done' || frame.settling) return found?.output ?? {}
  const request = await requestOf(values, frame, services.http.secret)
  const attempts = (found?.attempts ?? 0) + 1
  const at = new Date(services.clock.now()).toISOString()
  await frame.trail.write(path, { status: 'started', at, attempts })
  const options = frame.signal ? { signal: frame.signal } : {}
  for (let tried = 1; ; tried++) {
    try {
      const { response } = await services.http.send(() => request, handler, options)
      const output = assertTaken(response.json(), path)
      await frame.trail.write(path, { status: 'done', at, attempts, output })
      return output
    } catch (thrown) {
      if (!(thrown instanceof ActionError) || !thrown.retryable || tried >= values.tries) throw thrown
      services.report.log('warn', `${path}: ${thrown.message}; sent again`)
      await pause(services.clock, 1000 * 2 ** tried, frame.signal)
    }
  }
}

const handler: ErrorHandler = {
  maxRetries: 0,
  maxTime: 0,
  interpret: (outcome, request) => interpretPublish(outcome, request, 'create'),
  backoff: () => undefined,
}

/** Slow lines get through: a minute, and a second for each 100 kB. */
const timeoutFor = (bytes: number): number => 60_000 + bytes / 100

async function requestOf(values: Values<typeof fields>, { scope }: StepFrame, secret: (value: string) => void): Promise<HttpRequest> {
  const [url, file, token] = [values.uri, values.file, values.token].map((field) => String(field.evaluate(scope) ?? ''))
  if (!url || !file || !token) throw new ActionError('CONTAINER_ERROR', 'the container gave no address to upload to', { spoilt: true })
  secret(token)
  const credentials = { Authorization: `OAuth ${token}` }
  if (/^https?:\/\//i.test(file)) return { method: 'POST', url, headers: { ...credentials, file_url: file } }
  const body = await readVideo(file)
  const headers = { ...credentials, offset: '0', file_size: String(body.length), 'Content-Type': 'application/octet-stream' }
  return { method: 'POST', url, headers, body, timeoutMs: timeoutFor(body.length) }
}

async function readVideo(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ActionError('MEDIA_ERROR', `the file cannot be read: ${reason}`, { cause })
  }
}

/** Refusals of the upload have a form of their own, and may come with status 200. */
function assertTaken(body: unknown, path: string): { readonly success: true } {
  if (isObject(body) && body['success'] === true) return { success: true }
  const info = isObject(body) && isObject(body['debug_info']) ? body['debug_info'] : {}
  const message = `${path}: the upload was refused: ${String(info['message'] ?? 'no reason given')}`
  throw new ActionError('MEDIA_ERROR', message, { retryable: info['retriable'] === true, details: { type: String(info['type'] ?? '') } })
}
