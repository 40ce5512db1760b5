// The fields of the settings, what is wrong with them, and the nearest values that work.

const escaped = text => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)
const FIELDS = 'in out mult size kernel stride rule padding extra dilation groups mode bias flip ceil counted values seed weights'.split(' ')
const CHECKS = ['bias', 'flip', 'ceil', 'counted']
const hints = {padding: 'uneven', size: 'perAxis', kernel: 'perAxis', stride: 'perAxis', dilation: 'perAxis', extra: 'perAxis'}

function shownFields(raw) {
  return FIELDS.filter(f => f === 'values' || (f === 'weights' && !['max', 'avg'].includes(raw.type)) || (f === 'seed' && raw.values === 'random') ||
    (has(raw, f) && !(f === 'padding' && has(raw, 'rule') && raw.rule !== 'sides')))
}

const options = legal => legal.map(v => `<option value="${v}">${STRINGS.en[v] ? t(v) : v + '-D'}</option>`).join('')
const fieldHtml = f => CHECKS.includes(f)
  ? `<div class="field check" data-for="${f}"><input type="checkbox" id="f-${f}" data-field="${f}"><label for="f-${f}">${t(f)}</label><div class="wrong" id="e-${f}"></div></div>`
  : `<div class="field" data-for="${f}"><label for="f-${f}">${t(f)}</label>${CHOICES[f]
    ? `<select id="f-${f}" data-field="${f}">${options(CHOICES[f])}</select>`
    : `<span class="step"><button type="button" data-by="-1" data-to="${f}" tabindex="-1" aria-label="${t(f)} −1">−</button><input id="f-${f}" data-field="${f}" inputmode="text" spellcheck="false" aria-describedby="e-${f}" title="${hints[f] ? t(hints[f]) : ''}"><button type="button" data-by="1" data-to="${f}" tabindex="-1" aria-label="${t(f)} +1">+</button></span>`
  }<div class="wrong" id="e-${f}" role="status"></div></div>`

let formOf = ''
function drawForm(raw) {
  const fields = shownFields(raw), now = [lang, ...fields].join()
  if (now !== formOf) {
    const focused = document.activeElement?.id
    $('form').innerHTML = fields.map(fieldHtml).join('') + `<div class="field wide"><button type="button" id="paste">${t('paste')}</button><p class="quiet" id="long"></p><button type="button" id="reset" hidden></button></div>`
    formOf = now
    if (focused?.startsWith('f-')) document.getElementById(focused)?.focus()
  }
  document.querySelectorAll('[data-field]').forEach(el => {
    const v = raw[el.dataset.field]
    if (el.type === 'checkbox') el.checked = v === '1'
    else if (el.value !== v) el.value = v
  })
  const edits = Object.keys(readEdits(raw.edit)).length
  $('long').textContent = Object.keys(OWN).some(name => raw[name].length > MOST_LINK) ? t('ownLong') : ''
  $('reset').hidden = !edits
  $('reset').textContent = t('reset', {n: edits})
}

function drawErrors(raw, errors) {
  for (const f of FIELDS) {
    const el = $('e-' + f), own = errors.filter(e => e.field === f)
    if (!el) continue
    el.parentNode.classList.toggle('bad', own.length > 0)
    $('f-' + f).setAttribute('aria-invalid', own.length > 0)
    el.innerHTML = own.map(e => {
      const facts = {...e.facts, ...(e.facts.what ? {what: t(e.facts.what)} : {}), ...(e.facts.mode ? {mode: t(e.facts.mode)} : {})}
      const buttons = e.tries.map(field => [field, nearest(raw, field)]).filter(([, v]) => v !== null)
        .map(([field, v]) => `<button type="button" data-set="${field}" data-value="${v}">${t('use', {field: t(field), v: STRINGS.en[v] ? t(v) : v})}</button>`)
      return `<div>${t(e.key, facts)}</div>${buttons.join('')}`
    }).join('')
  }
}

// The next text of a field: every number in it one up or down.
const stepped = (text, by) => parts(text).map(p => p.split('+').map(n => Math.max((parseInt(n, 10) || 0) + by, 0)).join('+')).join('x')
