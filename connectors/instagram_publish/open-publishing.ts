import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Action } from '../../framework/components/actions/action.ts'
import { components } from '../../framework/components/index.ts'
import type { Config, Services } from '../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { loadManifest, type Manifest } from '../../framework/manifest/manifest.ts'
import { buildManifest } from '../../framework/runtime/assembly/build-manifest.ts'
import { publishComponents } from './components.ts'
import { instagramPublish } from './package.ts'

/** What the manifest of publishing can do, for one config. */
export interface Publishing {
  readonly connector: string
  readonly publish: Action
  readonly delete: Action
}

let loaded: Manifest | undefined

/** Builds the actions of the manifest. The config is taken as it is: whoever has one from outside checks it first. */
export function openPublishing(config: Config, services: Services): Publishing {
  loaded ??= readManifest()
  const language = createLanguage([...components, ...publishComponents])
  const { actions } = buildManifest(loaded, { language, config, services })
  const named = (name: string): Action => {
    const action = actions.find((candidate) => candidate.name === name)
    if (!action) throw new TypeError(`the manifest has no action ${name}`)
    return action
  }
  return { connector: loaded.id, publish: named('publish'), delete: named('delete') }
}

function readManifest(): Manifest {
  const file = createRequire(import.meta.url).resolve(`declarative-connector/${instagramPublish.manifest}`)
  return loadManifest({ file, text: readFileSync(file, 'utf8') })
}
