// The formulas with their numbers, as MathML and as plain text, and what the layer never reads, in words.

const mn = (v, sym) => `<mn${sym ? ` data-sym="${sym}"` : ''}>${v}</mn>`
const mo = text => `<mo>${text}</mo>`, mi = text => `<mi mathvariant="normal">${text}</mi>`
const row = list => `<mrow>${list.join('')}</mrow>`
// Tokens: a number is [value, setting], a text an operator or a name; a fraction is {over: [...], under: [...]}.
const math = tokens => tokens.map(k => typeof k === 'string' ? /^[a-zA-Z]{2,}$|^[A-Z]$/.test(k) ? mi(k) : mo(k)
  : Array.isArray(k) ? mn(...k) : `<mfrac>${row([math(k.over)])}${row([math(k.under)])}</mfrac>`).join('')
const plain = tokens => tokens.map(k => typeof k === 'string' ? k : Array.isArray(k) ? String(k[0]) : `${k.over.length > 1 ? `(${plain(k.over)})` : plain(k.over)} / ${plain(k.under)}`).join(' ')
  .replace(/\( /g, '(').replace(/ \)/g, ')').replace(/(floor|ceil) \(/g, '$1(').replace(/ · /g, '·')

function sizeTokens(node, a) {
  const n = [node.size[a], 'size'], k = [node.kernel[a], 'kernel'], s = [node.stride[a], 'stride'], d = [node.dilation[a], 'dilation']
  const [l, r] = node.pads[a].map(v => [v, 'padding']), out = [length(node, a)], axis = AXES[node.size.length][a]
  if (node.type === 'transposed') return [axis, '=', '(', n, '−', [1], ')', '·', s, '−', l, '−', r, '+', d, '·', '(', k, '−', [1], ')', '+', [1], '+', [node.extra[a], 'extra'], '=', out]
  const free = node.size[a] + l[0] + r[0] - span(k[0], d[0]), round = node.ceil ? 'ceil' : 'floor'
  return [axis, '=', round, '(', {over: [n, '+', l, '+', r, '−', d, '·', '(', k, '−', [1], ')', '−', [1]], under: [s]}, ')', '+', [1], '=',
    round, '(', {over: [[free]], under: [s]}, ')', '+', [1], '=', out]
}
// Axes with the same numbers share a line: H = W = ...
function sizeLines(node) {
  const all = node.size.map((_, a) => sizeTokens(node, a)), rest = tokens => JSON.stringify(tokens.slice(1))
  return all.filter((one, a) => all.findIndex(other => rest(other) === rest(one)) === a)
    .map(one => ['', [...joined(all.filter(other => rest(other) === rest(one)).map(other => other[0]), '='), ...one.slice(1)]])
}
const joined = (pairs, sign) => pairs.flatMap((p, i) => i ? [sign, p] : [p])
function costTokens(node) {
  if (pooling(node)) return [['operations', [...joined([[node.cout, 'in'], ...outSize(node).map(n => [n]), ...node.kernel.map(k => [k, 'kernel'])], '·'), '=', [grouped(operations(node))]]]]
  const [first, second, ...kernel] = weightShape(node), taps = kernel.map(k => [k, 'kernel'])
  const weights = node.type === 'transposed' ? [[first, 'in'], [second, 'out'], ...taps] : [[first, 'out'], [second, node.groups > 1 ? 'groups' : 'in'], ...taps]
  const places = node.type === 'transposed' ? node.size.map(n => [n, 'size']) : outSize(node).map(n => [n])
  return [['parameters', [...joined(weights, '·'), ...(node.bias ? ['+', [node.cout, 'bias']] : []), '=', [grouped(params(node))]]],
    ['macs', [...joined([...weights, ...places], '·'), '=', [grouped(macs(node))]]]]
}

function drawFormula({nodes, s}) {
  const lines = nodes.flatMap(node => [...sizeLines(node), ...costTokens(node)])
  const texts = lines.map(([name, tokens]) => (name ? t(name) + t('colon') : '') + plain(tokens))
  const symbols = 'size padding dilation kernel stride extra groups in out bias'.split(' ').filter(f => texts.length && has({...s, type: s.type}, f))
  $('formula').innerHTML = '<div class="scroll" tabindex="0" role="group" aria-label="' + t('formulas') + '">' + lines.map(([name, tokens], i) =>
    `${name ? `<span class="quiet">${t(name)}</span>` : ''}<math display="block" lang="en" alttext="${escaped(texts[i])}">${row([math(tokens)])}</math>`).join('') + '</div>' +
    `<div class="symbols" role="group" aria-label="${t('symbols')}">${symbols.map(f => `<button type="button" data-sym="${f}">${t(f)}</button>`).join('')}</div>` +
    (pooling(nodes[0]) ? '' : `<p class="quiet">${t('twice')}</p>`) + `<button type="button" id="copyFormula">${t('copyFormula')}</button>`
  return texts.join('\n')
}

// Sentences about padding, dropped borders, gaps and uneven overlap of the first stage.
function notes({nodes, raw}) {
  const node = nodes[0], found = [], names = AXES[node.size.length]
  const alikeAxes = make => {
    const said = new Map()
    names.forEach((axis, a) => { const f = make(a); if (f) said.set(JSON.stringify(f), [...(said.get(JSON.stringify(f)) ?? []), axis]) })
    return [...said].map(([f, axes]) => ({...JSON.parse(f), axis: axes.join(', ')}))
  }
  if (raw.rule.startsWith('same') && has(raw, 'rule')) for (const f of alikeAxes(a => {
    const [l, r] = node.pads[a], n = node.size[a], s = node.stride[a]
    return {n, s, count: Math.ceil(n / s), reach: span(node.kernel[a], node.dilation[a]), total: l + r, l, r}
  })) found.push(['', `${f.axis}${t('colon')}${t('sameLine', f)}`])
  for (const f of alikeAxes(a => dropped(node, a) ? {n: dropped(node, a), size: node.size[a], ...mends(a)} : null)) {
    const fix = f.p === null || f.p === undefined ? t('fixSize', {size: f.larger}) : t('fixPadding', {p: f.p, size: f.larger})
    found.push(['drop', t('floorLine', {axis: f.axis, n: f.n, size: f.size, fix})])
  }
  if (node.type === 'transposed') {
    found.push(['', t('undoes', {out: outSize(node).join(' × '), in: node.size.join(' × ')})])
    for (const f of alikeAxes(a => {
      const k = span(node.kernel[a], node.dilation[a]), s = node.stride[a], counts = range(length(node, a)).map(p => reads(node, a, p).length)
      const inner = counts.slice(k, -k).length ? counts.slice(k, -k) : counts
      return node.kernel[a] % s ? {k: node.kernel[a], s, a: Math.min(...inner), b: Math.max(...inner)} : null
    })) if (f.a !== f.b) found.push(['drop', t('checker', f)])
  } else for (const f of alikeAxes(a => {
    const reach = span(node.kernel[a], node.dilation[a])
    return node.stride[a] > reach && length(node, a) > 1 ? {s: node.stride[a], reach} : null
  })) found.push(['drop', t('skipLine', f)])
  for (const f of alikeAxes(a => {
    const n = unread(node, a).size - dropped(node, a)
    return n > 0 && node.dilation[a] > 1 && node.stride[a] <= span(node.kernel[a], node.dilation[a]) ? {n, size: node.size[a], s: node.stride[a], d: node.dilation[a]} : null
  })) found.push(['drop', t('holeLine', f)])
  return found
  // The least larger padding and input with which the whole border is read.
  function mends(a) {
    const tried = (size, pads) => dropped({...node, size: node.size.map((v, i) => i === a ? size : v), pads: node.pads.map((v, i) => i === a ? pads : v)}, a)
    const [l, r] = node.pads[a], n = node.size[a], s = node.stride[a], reach = span(node.kernel[a], node.dilation[a])
    const larger = range(s).map(i => n + i + 1).find(v => !tried(v, raw.rule.startsWith('same') ? samePads(v, node.kernel[a], s, node.dilation[a], raw.rule === 'same_lower') : [l, r]))
    const p = l === r && raw.rule === 'sides' ? range(s).map(i => l + i + 1).find(v => !tried(n, [v, v]) && !(pooling(node) && v > node.kernel[a] >> 1)) : null
    return {larger, p: p ?? null, reach}
  }
}

// JAX shares the rules of others, by the names "SAME", "VALID" and "SAME_LOWER".
const sharers = (fw, rule, cut) => fw + (fw[0] === 'K' || (rule === 'SAME_LOWER' && !cut) ? ', JAX' : '')
function drawRules({nodes}) {
  const cut = nodes[0].type === 'transposed', head = [t('framework'), t('ruleName'), t(cut ? 'ruleCut' : 'rulePad'), t('ruleOut')]
  const line = ([fw, rule, pads, out], i) => `<tr class="${i ? '' : 'own'}"><th scope="row">${sharers(fw, rule, cut)}</th><td>${rule || t('thisLayer')}</td><td>${pads.map(p => p.join('+')).join(', ')}</td><td>${out.every(n => n > 0) ? out.join(' × ') : t('noFit')}</td></tr>`
  $('rules').innerHTML = `<div class="scroll"><table class="t"><thead><tr>${head.map(h => `<th scope="col">${h}</th>`).join('')}</tr></thead>${nodes.map((node, n) =>
    `<tbody>${nodes.length > 1 ? `<tr><th colspan="4" scope="rowgroup"><b>${stageName(n)}</b></th></tr>` : ''}${rules(node).map(line).join('')}</tbody>`).join('')}</table></div>`
}
