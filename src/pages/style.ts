/** The style of pages, for light and dark, desktop and phone. Every pair of colours has a contrast of 4.5 or more. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1a1d23; --soft: #565d6b; --line: #dde1e8; --field: #8a92a3;
  --accent: #3b44c9; --on-accent: #fff; --accent-soft: #eceefe;
  --live: #c1121f; --on-live: #fff; --test: #0b6b57; --on-test: #fff; --sandbox: #5a6270; --on-sandbox: #fff;
  --warn: #fff4e0; --on-warn: #6b3f00; --warn-line: #f0c27a; --bad: #fdecec; --on-bad: #8f1119; --bad-line: #efb4b6;
  --good: #e6f5ee; --on-good: #0d5a3b; --good-line: #a9dcc4;
  --approved: #15805a; --declined: #c1121f; --lapsed: #7d8595;
  --shadow: 0 1px 2px rgb(20 25 40 / .06), 0 4px 16px rgb(20 25 40 / .05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111318; --card: #1a1d24; --ink: #eceef2; --soft: #a5adbb; --line: #2c313b; --field: #6d7585;
    --accent: #a9b1ff; --on-accent: #14172b; --accent-soft: #262a44;
    --live: #e5484d; --on-live: #1a0506; --test: #3fbf9b; --on-test: #04211a; --sandbox: #9aa3b2; --on-sandbox: #14171c;
    --warn: #33260f; --on-warn: #ffd695; --warn-line: #6b4d1a; --bad: #37181a; --on-bad: #ffb9bb; --bad-line: #6f2c30;
    --good: #12291f; --on-good: #9fe3c4; --good-line: #24583f;
    --approved: #3fbf8d; --declined: #f0696d; --lapsed: #79818f;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere; }
[hidden] { display: none !important; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 2; }
header { background: var(--card); border-bottom: 1px solid var(--line); }
.bar, main { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; padding-block: .7rem; }
.brand { font-weight: 700; letter-spacing: -.01em; margin-right: auto; display: flex; gap: .55rem; align-items: center; }
.brand svg { width: 1.35rem; height: 1.35rem; color: var(--accent); }
.bar nav { display: flex; flex-wrap: wrap; gap: 0 1rem; } .bar nav a { text-decoration: none; padding: .3rem 0; color: var(--soft); border-bottom: 2px solid transparent; }
.bar nav a[aria-current] { color: var(--ink); border-color: var(--accent); font-weight: 600; }
.who { display: flex; gap: .75rem; align-items: center; color: var(--soft); font-size: .9rem; } .who form { margin: 0; }
main { padding-block: 1.75rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; letter-spacing: -.02em; margin: 0 0 .25rem; text-wrap: balance; }
h1.title { margin: .6rem 0 1rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .75rem; } h2 .count { color: var(--soft); font-weight: 400; }
h3 { font-size: 1.05rem; margin: 0; }
p { margin: .5rem 0; } .soft { color: var(--soft); } .small { font-size: .9rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); padding: 1.25rem; margin: 1rem 0; }
.card > :first-child { margin-top: 0; } .card > :last-child { margin-bottom: 0; }
.cards { list-style: none; margin: 0; padding: 0; }
.item { position: relative; display: grid; gap: .3rem; border-left: 5px solid var(--sandbox); }
.item.live { border-left-color: var(--live); } .item.test { border-left-color: var(--test); }
.item h3 a { color: inherit; text-decoration: none; } .item h3 a::after { content: ""; position: absolute; inset: 0; border-radius: 12px; }
.item:hover { border-color: var(--accent); } .item p { margin: 0; }
.row { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; }
.instance { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem .8rem; border-radius: 12px; padding: .7rem 1.1rem; margin-bottom: 1.25rem; font-weight: 600; background: var(--sandbox); color: var(--on-sandbox); }
.instance.live { background: var(--live); color: var(--on-live); } .instance.test { background: var(--test); color: var(--on-test); }
.instance strong { font-size: 1.35rem; letter-spacing: .08em; } .instance span { font-weight: 500; }
.badge { display: inline-block; border-radius: 6px; padding: .05rem .5rem; font-size: .8rem; font-weight: 700; letter-spacing: .04em; background: var(--sandbox); color: var(--on-sandbox); }
.badge.live { background: var(--live); color: var(--on-live); } .badge.test { background: var(--test); color: var(--on-test); }
.state { display: inline-block; border-radius: 99px; padding: .05rem .65rem; font-size: .8rem; font-weight: 600; border: 1px solid var(--line); color: var(--soft); background: var(--page); }
.state.pending { background: var(--warn); color: var(--on-warn); border-color: var(--warn-line); }
.state.approved, .state.used { background: var(--good); color: var(--on-good); border-color: var(--good-line); }
.state.declined { background: var(--bad); color: var(--on-bad); border-color: var(--bad-line); }
.note { border: 1px solid var(--warn-line); background: var(--warn); color: var(--on-warn); border-radius: 10px; padding: .7rem 1rem; margin: 1rem 0; }
.note.bad { border-color: var(--bad-line); background: var(--bad); color: var(--on-bad); }
.note.good { border-color: var(--good-line); background: var(--good); color: var(--on-good); }
.note > :first-child { margin-top: 0; } .note > :last-child { margin-bottom: 0; } .note:empty { display: none; }
.effect { font-size: 1.15rem; line-height: 1.45; } .effects { margin: 0; padding: 0; list-style: none; } .effects li + li { margin-top: .6rem; }
.parties { list-style: none; margin: .75rem 0 0; padding: 0; display: grid; gap: .6rem; }
.party { display: flex; gap: .8rem; align-items: center; min-width: 0; } .party div { min-width: 0; }
.initials { flex: none; display: grid; place-items: center; width: 2.6rem; height: 2.6rem; border-radius: 50%; background: var(--accent-soft); color: var(--accent); font-weight: 700; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .88em; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; overflow: auto; max-height: 26rem; white-space: pre-wrap; margin: .6rem 0; }
.list { list-style: none; margin: .5rem 0; padding: 0; max-height: 24rem; overflow: auto; border: 1px solid var(--line); border-radius: 8px; }
.list li { padding: .4rem .8rem; } .list li:nth-child(even) { background: var(--page); } .list .mono { color: var(--soft); display: block; }
details > summary { cursor: pointer; font-weight: 600; padding: .2rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
label { display: block; font-weight: 600; margin: .9rem 0 .3rem; }
input[type=text], input[type=password], input[type=search], input[type=datetime-local], select, textarea { width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: 8px; padding: .6rem .75rem; min-height: 2.75rem; }
textarea { min-height: 4.5rem; resize: vertical; }
button, .button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .55rem 1.2rem; border-radius: 8px; border: 1px solid var(--field); background: var(--card); color: var(--ink); cursor: pointer; text-decoration: none; display: inline-block; }
button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.no { border-color: var(--declined); color: var(--declined); background: var(--card); } button.quiet { min-height: 2rem; padding: .2rem .7rem; font-weight: 500; font-size: .9rem; }
button:disabled { opacity: .6; cursor: progress; } button:hover { filter: brightness(1.07); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.1rem; align-items: center; }
.decide { display: grid; grid-template-columns: 3fr 2fr; gap: 1rem; } .decide .card { margin: 0; }
.word { display: inline-block; border: 1px dashed var(--field); border-radius: 6px; padding: 0 .45rem; user-select: all; }
.narrow { max-width: 27rem; margin-inline: auto; } .or { display: flex; align-items: center; gap: .8rem; color: var(--soft); margin: 1.2rem 0 .2rem; } .or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.filters { display: grid; grid-template-columns: 2fr 1fr 1fr auto; gap: .75rem; align-items: end; } .filters label, .decide label:first-of-type { margin-top: 0; } .filters label { margin: 0 0 .3rem; font-size: .9rem; }
.filters.wide { grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); } h2.first { margin: 0; }
.uses { list-style: none; margin: .5rem 0 0; padding: 0; display: grid; gap: .7rem; } meter { width: 100%; height: 1rem; }
.chart { min-height: 180px; margin: .75rem 0; } figure > .row { justify-content: space-between; } figure figcaption.row { justify-content: start; }
.ranges { display: flex; gap: .25rem; } .ranges a { padding: .3rem .7rem; border-radius: 8px; text-decoration: none; font-size: .9rem; } .ranges a[aria-current] { background: var(--accent-soft); font-weight: 600; }
.key { display: inline-block; width: .75rem; height: .75rem; border-radius: 3px; margin-right: .35rem; } .key.approved { background: var(--approved); } .key.declined { background: var(--declined); } .key.lapsed { background: var(--lapsed); }
.scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; font-size: .93rem; } caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: .85rem; } thead th { white-space: nowrap; } tbody th { font-size: inherit; } tbody th .soft { font-weight: 400; } th, td { padding: .55rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.numbers td, .numbers th { text-align: right; } .numbers th:first-child { text-align: left; }
.quiet-box { text-align: center; padding: 2.5rem 1.25rem; color: var(--soft); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) {
  .bar, main { padding-inline: .9rem; } main { padding-block: 1.1rem 3rem; } h1 { font-size: 1.35rem; }
  .decide, .filters, .filters.wide { grid-template-columns: 1fr; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
  .actions button, .actions .button { flex: 1 1 100%; text-align: center; } .brand { flex-basis: 100%; }
  .history thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; } .history tr { display: block; border-bottom: 1px solid var(--line); padding: .6rem 0; } .history th, .history td { display: block; border: 0; padding: .1rem 0; }
}
@media (prefers-reduced-motion: no-preference) { button, .item { transition: border-color .12s, filter .12s; } }
@media (forced-colors: active) { .instance, .badge, .state { border: 2px solid; } }
`;
