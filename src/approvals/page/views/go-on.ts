import { type Html, html } from '../../../pages/html.js';
import type { Frame } from './layout.js';

/** Leads to another address at once, or by a link if the browser does not follow. @param host whose address it is */
export const goOnView = ({ assets }: Frame, address: string, host: string): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Sign in again · clerk-mcp</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.style}">
</head>
<body><main id="main"><div class="narrow card"><h1>Sign in again</h1><p><a href="${address}">Go on to ${host}</a></p></div></main></body>
</html>
`;
