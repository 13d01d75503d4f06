// Package web is the only way in by HTTP: the JSON API under /api/v1, FHIR R4
// reads under /fhir, the pages, and /healthz, /readyz and /metrics.
//
// Every route is declared once, with the right it asks for (see [route]); a
// request without a session or token reaches no handler. Every access to
// patient data and every refusal is written to the audit, of strangers at most
// one a minute and address. What open pages ask for by themselves keeps nobody
// signed in. Errors leave as RFC
// 9457 problem documents (API), OperationOutcome (FHIR) or a page with the same
// sentence. Handlers translate; the rules are in intake, review and auth.
//
// Pages are server-rendered html/template; scripts are TypeScript modules under
// ts/, bundled by "make assets" into dist/ and embedded. No page holds inline
// script or style; the Content-Security-Policy allows none.
package web
