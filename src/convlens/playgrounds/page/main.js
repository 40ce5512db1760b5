// The page: what it starts with, what happens when something is changed, chosen or clicked.

const BASE = {...DEFAULTS, ...JSON.parse($('start').textContent)}
const changed = (raw, base = BASE) => Object.fromEntries(Object.entries(raw).filter(([k, v]) => k in DEFAULTS && v !== base[k]))
const fromHash = () => Object.fromEntries([...new URLSearchParams(hashText())].filter(([k]) => k in DEFAULTS))
function hashText() { try { return location.hash.slice(1) } catch { return '' } }
const hashOf = raw => String(new URLSearchParams(linked(raw)))

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
  const command = drawCommand(now)
  $('gif').textContent = command ?? t('noDraw')
  $('copyGif').hidden = !command
  show()
}

// After a selection: the picture, the sum, the step bar, the address.
function show(focus) {
  drawPicture(now)
  drawSum(now)
  drawColumns(now)
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
  $('lang').title = t('languageName')
  $('lang').lang = lang === 'en' ? 'zh-CN' : 'en'
  const fill = (id, html) => { if ($(id).dataset.lang !== lang) { $(id).innerHTML = html; $(id).dataset.lang = lang } }
  fill('type', CHOICES.type.map(v => `<option value="${v}">${t(v)}</option>`).join(''))
  fill('axes', CHOICES.axes.map(v => `<option value="${v}">${v}-D</option>`).join(''))
  fill('fw', [['torch', 'PyTorch'], ['keras', 'Keras'], ['onnx', 'ONNX'], ['jax', 'JAX']].map(([v, n]) => `<option value="${v}">${n}</option>`).join(''))
  fill('example', `<option value="">${t('choose')}</option>` + Object.keys(EXAMPLES).map(n => `<option>${n}</option>`).join(''))
  if (formOf) drawn = ''
}

function start() {
  asked = {...BASE, ...fromHash()}
  listen()
  const wide = matchMedia('(min-width: 861px)'), unfold = () => { $('drawer').open = wide.matches }
  wide.addEventListener('change', unfold) // a frame may have no width yet
  unfold()
  lang = asked.lang in STRINGS ? asked.lang : 'en'
  if (read(asked).errors.length) {
    const wanted = asked
    asked = {...(read(BASE).errors.length ? DEFAULTS : BASE), lang}
    set({})
    asked = wanted
  }
  set({})
}
// The arithmetic, for tests and for pages that hold this one.
globalThis.convlens = {read, numbers, outSize, params, macs, operations, dropped, reads, reached, terms, met, rules, code, weightShape, unfolded, drawCommand, strings: STRINGS, defaults: DEFAULTS}
start()
