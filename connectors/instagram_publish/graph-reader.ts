import { createJobSlots } from '../../framework/components/async-jobs/job-slots.ts'
import { components } from '../../framework/components/index.ts'
import { Requester } from '../../framework/components/requesters/requester.ts'
import { buildComponent } from '../../framework/manifest/definition/build.ts'
import type { Config, Services } from '../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { noFiles } from '../../framework/manifest/document/manifest-files.ts'
import { publishComponents } from './components.ts'

const FACEBOOK = "config['base_url'] or 'https://graph.facebook.com'"
const INSTAGRAM = "config['instagram_base_url'] or 'https://graph.instagram.com'"

const node = {
  type: 'HttpRequester',
  url_base: `{{ (${INSTAGRAM}) if config['login_type'] == 'instagram' else (${FACEBOOK}) }}/{{ config['api_version'] }}`,
  path: "{{ input['path'] }}",
  request_parameters: { fields: "{{ input['fields'] }}", metric: "{{ input['metric'] }}" },
  authenticator: { type: 'GraphAuthenticator', token: "{{ config['access_token'] }}", app_secret: "{{ config['app_secret'] }}" },
  error_handler: { type: 'PublishErrorHandler', purpose: 'read' },
}

/** What is asked: the path below the version, and its parameters. */
export interface GraphQuestion {
  readonly path: string
  readonly fields?: string
  readonly metric?: string
}

/** Asks the API one thing, once, with the token of the config. Throws ActionError for a refusal. */
export type GraphAsk = (question: GraphQuestion) => Promise<unknown>

export function graphReader(config: Config, services: Services): GraphAsk {
  const context = {
    language: createLanguage([...components, ...publishComponents]),
    dialect: 'native',
    config,
    services,
    jobs: createJobSlots(1),
    files: noFiles,
    parameters: {},
    roots: ['input'],
    path: '',
    locate: () => undefined,
    warn: () => undefined,
  } as const
  const requester = buildComponent(Requester, node, context)
  return async ({ path, fields = null, metric = null }: { path: string; fields?: string | null; metric?: string | null }) => {
    const { response } = await requester.send({ scope: { input: { path, fields, metric } }, parts: {} })
    return response.json()
  }
}
