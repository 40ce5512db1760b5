// The page: what it starts with, what happens when something is changed, chosen or clicked.

const BASE = {...DEFAULTS, ...JSON.parse($('start').textContent)}
const changed = raw => Object.fromEntries(Object.entries(raw).filter(([k, v]) => k in DEFAULTS && v !== BASE[k]))
const fromHash = () => Object.fromEntries([...new URLSearchParams(hashText())].filter(([k]) => k in DEFAULTS))
function hashText() { try { return location.hash.slice(1) } catch { return '' } }
const hashOf = raw => String(new URLSearchParams(changed(raw)))

// The last layer that works; `asked` are the settings as they stand in the fields, which may not.
let now = null, asked = null

function set(more) {
  asked = {...asked, ...more}
  if (more.type || more.axes) fit(more)
  const {raw, s, nodes, errors} = read(asked)
  asked = raw
  lang = raw.lang
  if (!errors.length) {
    const kept = now?.sel
    now = {raw, s, nodes, values: numbers(s, nodes), version: (now?.version ?? 0) + 1, pin: null}
    now.sel = legal(parseKey(raw.at) ?? kept, nodes)
    now.boxes = lit(now.sel, nodes)
    picked = null
  } else now.raw = {...now.raw, lang}
  render(errors)
}

// Another kind of layer keeps what it can; entries for other axes, and a rule that needs them, go.
function fit() {
  const axes = Number(asked.axes)
  for (const f of PER_AXIS) if (parts(asked[f]).length > 1 && parts(asked[f]).length !== axes) asked[f] = parts(asked[f])[0]
  if (asked.rule === 'causal' && axes !== 1) asked.rule = 'same'
  asked.at = ''
}

function render(errors) {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
  document.title = `convlens: ${t('title')}`
  words()
  drawForm(asked)
  drawErrors(asked, errors)
  $('stale').hidden = !errors.length
  $('stale').textContent = errors.length ? t('stale') : ''
  $('picture').classList.toggle('old', errors.length > 0)
  const line = code(asked.fw, now.s, now.nodes), out = now.nodes.at(-1), sum = count => grouped(now.nodes.reduce((all, n) => all + count(n), 0n))
  $('code').textContent = line
  $('facts').innerHTML = [[t('input'), [now.nodes[0].cin, ...now.nodes[0].size].join(' × ')], [t('output'), [out.cout, ...outSize(out)].join(' × ')],
    [t('parameters'), sum(params)], pooling(out) ? [t('operations'), sum(operations)] : [t('macs'), sum(macs)], [t('memory'), grouped(whole([out.cout, ...outSize(out)]))]]
    .map(([name, v]) => `<span>${name} <b>${v}</b></span>`).join('')
  const text = drawFormula(now)
  $('copyFormula').onclick = e => copyText(text, e.target)
  $('notes').innerHTML = notes(now).map(([kind, sentence]) => `<p class="${kind}">${sentence}</p>`).join('')
  drawRules(now)
  drawCost(now)
  show()
}

// After a selection: the picture, the sum, the step bar, the address.
function show(focus) {
  drawPicture(now)
  drawSum(now)
  drawBar(now)
  drawChapter()
  asked.at = now.raw.at = key(now.sel)
  if (!timer) $('live').textContent = now.said
  if (focus) $('picture').querySelector(`[data-key="${key(now.sel)}"]`)?.focus()
  try { history.replaceState(null, '', '#' + hashOf(asked)) } catch { /* a srcdoc document has no address of its own */ }
}

// A second choice of the same cell pins it: it stays marked while others are chosen.
function choose(sel, focus, again) {
  const next = legal(sel, now.nodes), same = key(next) === key(now.sel)
  if (same && again) now.pin = now.pin && now.pin.key === key(next) ? null : {key: key(next), boxes: now.boxes}
  now.sel = next
  now.boxes = lit(next, now.nodes)
  roving.set(next.role + next.stage, key(next))
  show(focus)
}
function free() {
  if (now.pin) now.pin = null
  else now.sel = legal(null, now.nodes)
  now.boxes = lit(now.sel, now.nodes)
  show()
}

function words() {
  document.querySelectorAll('[data-t]').forEach(el => { el.textContent = t(el.dataset.t) })
  document.querySelectorAll('[data-name]').forEach(el => { el.ariaLabel = el.title = t(el.dataset.name) })
  $('lang').ariaLabel = t('languageName')
  const fill = (id, html) => { if ($(id).dataset.lang !== lang) { $(id).innerHTML = html; $(id).dataset.lang = lang } }
  fill('type', CHOICES.type.map(v => `<option value="${v}">${t(v)}</option>`).join(''))
  fill('axes', CHOICES.axes.map(v => `<option value="${v}">${v}-D</option>`).join(''))
  fill('fw', [['torch', 'PyTorch'], ['keras', 'Keras'], ['onnx', 'ONNX']].map(([v, n]) => `<option value="${v}">${n}</option>`).join(''))
  fill('example', `<option value="">${t('choose')}</option>` + Object.keys(EXAMPLES).map(n => `<option>${n}</option>`).join(''))
  if (formOf) drawn = ''
}

function drawChapter() {
  const n = Number(asked.chapter), at = CHAPTERS[n - 1], el = $('chapter')
  el.hidden = !at
  if (!at) return
  const right = !document.querySelector('#form .bad') && at[1](now.s, now.nodes, now.sel), mark = [n, lang, right].join()
  if (el.dataset.mark === mark) return
  const focused = document.activeElement?.id
  el.dataset.mark = mark
  el.innerHTML = `<div class="row"><h2 id="ct">${n}. ${t('t' + n)}</h2><progress max="10" value="${n}" aria-label="${t('chapter', {n})}"></progress><span class="quiet">${t('chapter', {n})}</span></div>
<p>${t(`t${n}a`)}</p><p><b>${t('question')}:</b> ${t(`t${n}q`)} <span class="ok" role="status">${right ? '✔ ' + t('right') : ''}</span>${right ? '' : `<span class="quiet">${t('notYet')}</span>`}</p>${n === 10 && right ? `<p>${t('end')}</p>` : ''}
<div class="row"><button type="button" id="c-back"${n === 1 ? ' disabled' : ''}>${t('previous')}</button><button type="button" id="c-next"${n === 10 ? ' disabled' : ''}>${t('next')}</button><button type="button" id="c-end">${t('close')}</button></div>`
  $('c-back').onclick = () => chapter(n - 1)
  $('c-next').onclick = () => chapter(n + 1)
  $('c-end').onclick = () => { set({chapter: ''}); $('tour').focus() }
  if (focused?.startsWith('c-')) $(focused).focus()
}
function chapter(n) {
  stop()
  asked = {...DEFAULTS, lang: asked.lang, fw: asked.fw}
  set({...CHAPTERS[n - 1][0], chapter: String(n)})
  ;($('c-next').disabled ? $('c-end') : $('c-next')).focus()
}

function edit(text) {
  const v = Number(text.trim().replace('−', '-'))
  if (!Number.isFinite(v) || text.trim() === '') return show()
  const edits = {...readEdits(asked.edit), [editKey(now)]: v}
  set({edit: Object.entries(edits).map(([k, n]) => `${k}=${n}`).join('_')})
}

// Lights every place of a setting: its symbols in the formulas, and its field.
function lightSetting(name) {
  document.querySelectorAll('.sym').forEach(el => el.classList.remove('sym'))
  if (!name) return
  document.querySelectorAll(`[data-sym="${name}"], [data-for="${name}"]`).forEach(el => el.classList.add('sym'))
}

function listen() {
  document.addEventListener('keydown', onKey)
  document.addEventListener('click', e => {
    const el = e.target.closest('[data-key],[data-cell],[data-set],[data-to],[data-sym]')
    if (!el) return
    const d = el.dataset
    if (d.key) choose(parseKey(d.key), true, true)
    else if (d.cell) clickStretched(parseKey(d.cell))
    else if (d.set) { set({[d.set]: d.value}); $('f-' + d.set)?.focus() }
    else if (d.to) set({[d.to]: stepped(asked[d.to], Number(d.by))})
    else if (d.sym) lightSetting(d.sym)
  })
  document.addEventListener('input', e => { if (e.target.matches('.step input')) set({[e.target.dataset.field]: e.target.value}) })
  document.addEventListener('change', e => {
    const f = e.target.dataset.field
    if (e.target.id === 'edit') edit(e.target.value)
    else if (f && !e.target.matches('.step input')) { stop(); set({[f]: e.target.type === 'checkbox' ? e.target.checked ? '1' : '' : e.target.value}) }
    else if (e.target.id === 'example' && EXAMPLES[e.target.value]) { asked = {...DEFAULTS, lang, fw: asked.fw}; set({...EXAMPLES[e.target.value], at: ''}) }
  })
  document.addEventListener('focusin', e => {
    const term = e.target.closest('.terms button')
    flash(term, now)
    lightSetting(e.target.dataset.sym ?? e.target.closest('[data-for]')?.dataset.for)
    if (e.target.dataset.key) e.target.ariaLabel = spoken(parseKey(e.target.dataset.key))
  })
  document.addEventListener('mouseover', e => {
    const cell = e.target.closest('td[data-cell]'), term = e.target.closest('.terms button')
    if (term) flash(term, now)
    if (cell) cell.title = spoken(parseKey(cell.dataset.cell), cell)
  })
  document.addEventListener('submit', e => e.preventDefault())
  addEventListener('hashchange', () => { asked = {...BASE, ...fromHash()}; set({}) })
  addEventListener('beforeprint', () => drawSheet(now))
  const on = (id, act) => { $(id).onclick = act }
  on('lang', () => set({lang: lang === 'en' ? 'zh' : 'en'}))
  on('theme', () => { const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches; root.dataset.theme = dark ? 'light' : 'dark' })
  on('help', () => dialog(t('keysTitle'), `<ul>${t('keys').split(lang === 'zh' ? '。' : '. ').filter(Boolean).map(k => `<li>${k}</li>`).join('')}</ul>`))
  on('dclose', () => $('dialog').close())
  on('tour', () => chapter(1))
  on('copy', e => copyText($('code').textContent, e.target))
  on('link', e => copyText(location.href.split('#')[0] + '#' + hashOf(asked), e.target))
  on('reset', () => {})
  $('form').addEventListener('click', e => { if (e.target.id === 'reset') set({edit: ''}) })
  on('svg', () => download(fileName(now) + '.svg', 'image/svg+xml', svgOf(now, now.sel)))
  on('json', () => download(fileName(now) + '.json', 'application/json', JSON.stringify(record(now), null, 1)))
}

function clickStretched({role, stage, lead, at}) {
  const px = role === 's' ? at.map((p, a) => stretchedPixel(now.nodes[stage], a, p)) : [null]
  if (!px.includes(null)) choose({role: 'x', stage: 0, lead, at: px})
}

// What a cell is, in words, with its exact number.
function spoken({role, stage, lead, at}, el) {
  const what = role === 'w' ? t('filter', {o: lead[0], c: lead[1]}) : t('channel', {c: lead[0]}), kind = ['pad', 'gap', 'drop'].find(k => el?.classList.contains(k))
  const v = role === 'y' ? now.values.value(stage, lead[0], at) : role === 'w' ? now.values.w(stage, ...lead, at) : role === 'x' && !(kind === 'pad') ? now.values.x(lead[0], at) : null
  return `${t('cell_' + role)}, ${what}, [${at.join(', ')}]${v === null ? '' : ': ' + String(v).replace('-', '−')}${kind ? ', ' + t(kind) : ''}`
}

function start() {
  asked = {...BASE, ...fromHash()}
  $('form').innerHTML = '<button type="button" id="reset"></button>'
  listen()
  const wide = matchMedia('(min-width: 861px)'), unfold = () => { $('drawer').open = wide.matches }
  wide.addEventListener('change', unfold) // a frame may have no width yet
  unfold()
  lang = asked.lang in STRINGS ? asked.lang : 'en'
  if (read(asked).errors.length) {
    const wanted = asked
    asked = {...BASE, lang}
    set({})
    asked = wanted
  }
  set({})
}
// The arithmetic, for tests and for pages that hold this one.
globalThis.convlens = {read, numbers, outSize, params, macs, operations, dropped, reads, reached, terms, met, rules, code, weightShape, strings: STRINGS, defaults: DEFAULTS}
start()
