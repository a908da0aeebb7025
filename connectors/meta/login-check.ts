import { Check, type CheckResult, type CheckTarget } from '../../framework/components/checks/check.ts'
import { Requester } from '../../framework/components/requesters/requester.ts'
import { AuthenticationError } from '../../framework/errors.ts'
import { defineComponent, type Values } from '../../framework/manifest/component.ts'
import { slot, template } from '../../framework/manifest/fields.ts'
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
  create: (values) => ({ check: (target) => check(values, target) }),
})

async function check(values: Values<typeof fields>, target: CheckTarget): Promise<CheckResult> {
  const chosen: Login = values.login_type.evaluate({}) === 'instagram' ? 'instagram' : 'facebook'
  const other: Login = chosen === 'instagram' ? 'facebook' : 'instagram'
  const token = String(values.token.evaluate({}))
  // A token is not shown to the other host when its looks tell already where it comes from.
  if (PREFIXES.some(([prefix, login]) => login === other && prefix.test(token))) return mismatch(chosen, other)
  try {
    return await values[chosen].check(target)
  } catch (thrown) {
    const otherRequester = other === 'facebook' ? values.facebook_requester : values.instagram_requester
    if (thrown instanceof AuthenticationError && (await isKnownTo(otherRequester))) return mismatch(chosen, other)
    throw thrown
  }
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

function mismatch(chosen: Login, other: Login): CheckResult {
  const message = `access_token comes from ${NAMES[other]}, but login_type is ${chosen}, whose host does not take it; set login_type: ${other}`
  return { status: 'FAILED', message }
}
