import { html } from 'hono/html'
import type { AccountRecord, Login } from '../../framework/index.ts'
import { type Html, layout } from './layout.ts'
import { visible } from './text.ts'

/** Where a login begins. */
export function connectPage(logins: readonly Login[]): Html {
  const forms = logins.map(
    ({ name, title, description }) => html`<form method="post" action="/connect/${name}" class="card">
      <h2>${title}</h2>
      <p>${description}</p>
      <label for="secret-${name}">Secret of this service</label>
      <input id="secret-${name}" name="secret" type="password" autocomplete="current-password" required>
      <button type="submit">Continue to ${title.replace(/ Login$/, '')}</button>
    </form>`,
  )
  const none = html`<p>This service has no app to log in with.</p>`
  return layout('Connect accounts', html`<div class="cards">${forms.length > 0 ? forms : none}</div>`)
}

/** What a login came to. */
export function connectedPage(accounts: readonly AccountRecord[]): Html {
  const items = accounts.map(({ name, externalId }) => html`<li><bdi>${visible(name)}</bdi> <span class="quiet">${externalId}</span></li>`)
  return layout('Accounts connected', html`<ul>${items}</ul><p><a href="/">To the status page</a></p>`)
}
