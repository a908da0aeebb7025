import { html } from 'hono/html'
import type { AccountRecord, LoginFamily } from '../../framework/index.ts'
import { type Html, layout } from './layout.ts'
import { visible } from './text.ts'

const NAMES: Readonly<Record<LoginFamily, string>> = { facebook: 'Facebook Login', instagram: 'Instagram Login' }

/** Where a login begins. */
export function connectPage(logins: readonly LoginFamily[]): Html {
  const forms = logins.map(
    (login) => html`<form method="post" action="/connect/${login}" class="card">
      <h2>${NAMES[login]}</h2>
      <p>${login === 'facebook' ? 'For the accounts of all your Pages.' : 'For one professional account, without a Page.'}</p>
      <label for="secret-${login}">Secret of this service</label>
      <input id="secret-${login}" name="secret" type="password" autocomplete="current-password" required>
      <button type="submit">Continue to ${login === 'facebook' ? 'Facebook' : 'Instagram'}</button>
    </form>`,
  )
  const none = html`<p>This service has no app to log in with.</p>`
  return layout('Connect accounts', html`<div class="cards">${forms.length > 0 ? forms : none}</div>`)
}

/** What a login came to. */
export function connectedPage(accounts: readonly AccountRecord[]): Html {
  const items = accounts.map(({ name, igUserId }) => html`<li><bdi>${visible(name)}</bdi> <span class="quiet">${igUserId}</span></li>`)
  return layout('Accounts connected', html`<ul>${items}</ul><p><a href="/">To the status page</a></p>`)
}
