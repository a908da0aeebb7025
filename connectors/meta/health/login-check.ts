import { Check, type CheckResult, type CheckTarget, type Observation } from '../../../framework/components/checks/check.ts'
import { diagnose } from '../../../framework/components/checks/diagnose.ts'
import { Requester } from '../../../framework/components/read/requester.ts'
import { AuthenticationError } from '../../../framework/errors.ts'
import { defineComponent, type Values } from '../../../framework/manifest/definition/component.ts'
import { slot, template } from '../../../framework/manifest/definition/fields.ts'
import { isAnswer } from './permissions.ts'

type Login = 'facebook' | 'instagram'

const NAMES: Readonly<Record<Login, string>> = { facebook: 'Facebook Login', instagram: 'Instagram Login' }
/** How the tokens of a login begin; others may exist. */
const PREFIXES: readonly (readonly [RegExp, Login])[] = [
  [/^EAA/, 'facebook'],
  [/^IG/, 'instagram'],
]

const fields = {
  login_type: template([], { description: 'The login that the config chose: facebook or instagram.' }),
  token: template([], { description: 'The token of the config.' }),
  facebook: slot(Check, { description: 'The check for Facebook Login.' }),
  instagram: slot(Check, { description: 'The check for Instagram Login.' }),
  facebook_requester: slot(Requester, { description: 'Sends calls to the host of Facebook Login; the path is given.' }),
  instagram_requester: slot(Requester, { description: 'Sends calls to the host of Instagram Login; the path is given.' }),
}

export const LoginCheck = defineComponent(Check, {
  type: 'LoginCheck',
  summary: 'Checks a token by the login that it is said to come from, and notices when it comes from the other one.',
  fields,
  examples: [
    {
      title: 'Either login',
      manifest: {
        type: 'LoginCheck',
        login_type: "{{ config['login_type'] }}",
        token: "{{ config['access_token'] }}",
        facebook: { type: 'CheckStream', stream_names: ['account'] },
        instagram: { type: 'CheckStream', stream_names: ['account'] },
        facebook_requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0' },
        instagram_requester: { type: 'HttpRequester', url_base: 'https://graph.instagram.com/v26.0' },
      },
    },
  ],
  create: (values) => ({
    check: (target) => check(values, target),
    diagnose: (target, days) => diagnoseLogin(values, target, days),
  }),
})

interface Choice {
  readonly chosen: Login
  readonly other: Login
  /** The looks of the token tell that it comes from the other login: it is not shown to the other host then. */
  readonly looksOther: boolean
  readonly otherRequester: Requester
}

function choiceOf(values: Values<typeof fields>): Choice {
  const chosen: Login = values.login_type.evaluate({}) === 'instagram' ? 'instagram' : 'facebook'
  const other: Login = chosen === 'instagram' ? 'facebook' : 'instagram'
  const token = String(values.token.evaluate({}))
  const looksOther = PREFIXES.some(([prefix, login]) => login === other && prefix.test(token))
  return { chosen, other, looksOther, otherRequester: other === 'facebook' ? values.facebook_requester : values.instagram_requester }
}

async function check(values: Values<typeof fields>, target: CheckTarget): Promise<CheckResult> {
  const { chosen, other, looksOther, otherRequester } = choiceOf(values)
  if (looksOther) return { status: 'FAILED', message: mismatch(chosen, other) }
  try {
    return await values[chosen].check(target)
  } catch (thrown) {
    const isMismatch = thrown instanceof AuthenticationError && (await isKnownTo(otherRequester))
    if (isMismatch) return { status: 'FAILED', message: mismatch(chosen, other) }
    throw thrown
  }
}

async function diagnoseLogin(values: Values<typeof fields>, target: CheckTarget, days: number): Promise<readonly Observation[]> {
  const { chosen, other, looksOther, otherRequester } = choiceOf(values)
  const wrongLogin: Observation = { check: 'token', status: 'error', summary: mismatch(chosen, other) }
  if (looksOther) return [wrongLogin]
  const found = await diagnose(values[chosen], target, days)
  const isRefused = found.some((entry) => entry.check === 'token' && entry.status === 'error')
  if (!isRefused || !(await isKnownTo(otherRequester))) return found
  return found.map((entry) => (entry.check === 'token' ? wrongLogin : entry))
}

async function isKnownTo(requester: Requester): Promise<boolean> {
  try {
    await requester.send({ scope: {}, path: 'me', parts: { params: { fields: 'id' } } })
    return true
  } catch (thrown) {
    if (isAnswer(thrown)) return false
    throw thrown
  }
}

function mismatch(chosen: Login, other: Login): string {
  return `access_token comes from ${NAMES[other]}, but login_type is ${chosen}, whose host does not take it; set login_type: ${other}`
}
