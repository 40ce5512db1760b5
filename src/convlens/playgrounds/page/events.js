// What is clicked, typed, looked at: each leads to `set` or `choose` in main.js.

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
    if (d.key) choose(parseKey(d.key), !el.closest('#columns'), true)
    else if (d.cell) clickStretched(parseKey(d.cell))
    else if (d.set) { set({[d.set]: d.value}); $('f-' + d.set)?.focus() }
    else if (d.to) set({[d.to]: stepped(asked[d.to], Number(d.by))})
    else if (d.sym) lightSetting(d.sym)
  })
  document.addEventListener('input', e => { if (e.target.matches('.step input')) set({[e.target.dataset.field]: e.target.value}) })
  document.addEventListener('change', e => {
    const f = e.target.dataset.field
    if (e.target.id === 'edit') edit(e.target.value)
    else if (e.target.value === 'own' && !Object.keys(OWN).some(name => OWN[name] === f && asked[name])) { drawForm(asked); askOwn(f === 'values' ? 'x' : 'w0') }
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
  addEventListener('beforeprint', () => { drawSheet(now); drawColumns(now, NARROW) })
  addEventListener('afterprint', () => drawColumns(now))
  const on = (id, act) => { $(id).onclick = act }
  on('lang', () => set({lang: lang === 'en' ? 'zh' : 'en'}))
  on('theme', () => { const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches; root.dataset.theme = dark ? 'light' : 'dark' })
  on('help', () => dialog(t('keysTitle'), `<ul>${t('keys').split(lang === 'zh' ? '。' : '. ').filter(Boolean).map(k => `<li>${k}</li>`).join('')}</ul>`))
  on('dclose', () => $('dialog').close())
  on('tour', () => chapter(1))
  on('copy', e => copyText($('code').textContent, e.target))
  on('link', e => copyText(location.href.split('#')[0] + '#' + hashOf(asked), e.target))
  $('form').addEventListener('click', e => { if (e.target.id === 'reset') set({edit: ''}); else if (e.target.id === 'paste') askOwn('x') })
  on('svg', () => download(fileName(now) + '.svg', 'image/svg+xml', svgOf(now, now.sel)))
  on('png', () => savePng(now))
  on('html', () => download(fileName(now) + '.html', 'text/html', pageNow()))
  on('copyGif', e => copyText($('gif').textContent, e.target))
  $('im2col').ontoggle = () => {
    const open = $('im2col').open ? '1' : ''
    if (open !== now.raw.im2col) { asked.im2col = now.raw.im2col = open; show() }
  }
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
