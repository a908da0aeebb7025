import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

/** A page with the skip link, the heading and the footer that all pages share. */
export function layout(title: string, main: Html, { version = '' }: { readonly version?: string | undefined } = {}): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} – connector</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><p class="brand"><a href="/">connector</a></p></header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${main}
</main>
<footer><p>All times are UTC.${version === '' ? '' : ` Version ${version}.`}</p></footer>
</body>
</html>`
}
