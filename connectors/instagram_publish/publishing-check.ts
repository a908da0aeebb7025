import { Check, type CheckResult } from '../../framework/components/checks/check.ts'
import { Requester } from '../../framework/components/read/requester.ts'
import { asConnectorError } from '../../framework/errors.ts'
import { defineComponent } from '../../framework/manifest/definition/component.ts'
import { slot } from '../../framework/manifest/definition/fields.ts'
import { isObject } from '../../framework/protocol/json.ts'
import { quotaText, readQuota } from './quota.ts'

export const PublishingCheck = defineComponent(Check, {
  type: 'PublishingCheck',
  summary: 'Says whose account it is and how many posts it may still publish.',
  fields: {
    account: slot(Requester, { description: 'Reads id and user name of the account.' }),
    quota: slot(Requester, { description: 'Reads `content_publishing_limit`.' }),
  },
  examples: [
    {
      title: 'An account',
      manifest: {
        type: 'PublishingCheck',
        account: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: '17841400000000001' },
        quota: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: '17841400000000001/content_publishing_limit' },
      },
    },
  ],
  create: ({ account, quota }) => ({ check: () => check(account, quota) }),
})

async function check(account: Requester, quota: Requester): Promise<CheckResult> {
  try {
    const { response } = await account.send({ scope: {}, parts: {} })
    const body = response.json()
    const name = isObject(body) ? String(body['username'] ?? body['id'] ?? '') : ''
    return { status: 'SUCCEEDED', message: `account ${name}; ${quotaText(await readQuota(quota))}` }
  } catch (thrown) {
    const { code, message } = asConnectorError(thrown)
    if (code === 'ERR_UNEXPECTED') throw thrown
    return { status: 'FAILED', message }
  }
}
