// The evaluator of backend/analytics/experiments/evaluator.py for browsers: the same JSON in, the same JSON out.
// `await mingusFlags.load(address, attributes)` gives { value(key, otherwise), evaluate(key, sticky) }. Nothing is sent.
((self) => {
  const isList = Array.isArray, isText = (value) => typeof value == "string", isNumber = (value) => typeof value == "number";
  const isObject = (value) => !!value && typeof value == "object" && !isList(value);
  const own = (object, name) => (isObject(object) && Object.hasOwn(object, name) ? object[name] ?? null : null);
  const same = (one, other) => one === other && (one === null || typeof one != "object");
  const text = (value) => (value === null || typeof value == "object" ? null : `${value}`);
  const number = (value) => (value && typeof value == "object" ? NaN : +value);
  const lower = (value) => (isList(value) ? value.map(lower) : isText(value) ? value.toLowerCase() : value);
  const list = (value) => value ?? [];

  function equal(one, other) {
    if (isList(one)) return isList(other) && one.length == other.length && one.every((item, at) => equal(item, other[at]));
    if (!isObject(one)) return same(one, other);
    return isObject(other) && entries(one).length == entries(other).length
      && entries(one).every(([name, value]) => Object.hasOwn(other, name) && equal(value, other[name]));
  }

  const among = (actual, options) => isList(actual)
    ? actual.some((item) => !isList(item) && among(item, options)) : options.some((option) => same(actual, option));
  const found = (pattern, value, flags) => {
    try { return isText(pattern) && value !== null && RegExp(pattern, flags).test(value); } catch { return false; }
  };
  const version = (value) => {
    const parts = (text(value) || "0").split("+")[0].replace(/^v/, "").split(/[-.]/);
    if (parts.length == 3) parts.push("~");
    return parts.map((part) => (/^\d+$/.test(part) ? part.padStart(5) : part)).join("-");
  };
  const kind = (value) => (value === null ? "null" : isList(value) ? "array" : typeof value);
  const ordered = (relation) => (actual, expected) => isText(actual) && isText(expected)
    ? relation(actual, expected) : relation(number(actual), number(expected));
  const member = (wanted, change) => (actual, options) => isList(options) && among(change(actual), change(options)) == wanted;
  const holdsAll = (lowered) => (actual, expected, groups) => isList(actual) && isList(expected)
    && expected.every((one) => actual.some((item) => matches(one, item, groups, lowered)));
  const itself = (value) => value;
  const relations = { lt: (a, b) => a < b, lte: (a, b) => a <= b, gt: (a, b) => a > b, gte: (a, b) => a >= b, eq: (a, b) => a == b, ne: (a, b) => a != b };
  const operators = {
    $in: member(true, itself), $nin: member(false, itself), $ini: member(true, lower), $nini: member(false, lower),
    $regex: (actual, pattern) => found(pattern, text(actual), "u"),
    $regexi: (actual, pattern) => found(pattern, text(actual), "iu"),
    $exists: (actual, expected) => (actual !== null) == !!expected,
    $type: (actual, expected) => kind(actual) === expected,
    $inGroup: (actual, name, groups) => operators.$in(actual, isText(name) && own(groups, name)),
    $notInGroup: (...all) => !operators.$inGroup(...all),
    $elemMatch: (actual, expected, groups) => isList(actual) && actual.some((item) => item !== null
      && (compares(expected) ? matches(expected, item, groups) : meets(expected, item, groups))),
    $all: holdsAll(), $alli: holdsAll(true),
    $size: (actual, expected, groups) => isList(actual) && matches(expected, actual.length, groups),
    $not: (actual, expected, groups) => !matches(expected, actual, groups),
  };
  for (const name in relations) {
    operators[`$${name}`] = ordered(relations[name]);
    operators[`$v${name}`] = (actual, expected) => relations[name](version(actual), version(expected));
  }
  operators.$eq = same;
  operators.$ne = (actual, expected) => !same(actual, expected);

  const entries = Object.entries;
  const compares = (expected) => isObject(expected) && !!entries(expected)[0] && entries(expected).every(([name]) => name[0] == "$");

  function matches(expected, actual, groups, lowered) {
    if (isText(expected)) return lowered ? lower(text(actual)) === lower(expected) : text(actual) === expected;
    if (expected === null) return actual === null;
    if (typeof expected == "boolean") return actual !== null && !!actual == expected;
    if (isNumber(expected)) return actual !== null && number(actual) === expected;
    if (compares(expected)) return entries(expected).every(([name, value]) => own(operators, name)?.(actual, value, groups));
    return equal(actual, expected);
  }

  function meets(condition, attributes, groups) {
    const any = (parts) => isList(parts) && (!parts.length || parts.some((part) => meets(part, attributes, groups)));
    return isObject(condition) && entries(condition).every(([key, expected]) => {
      if (key == "$or") return any(expected);
      if (key == "$nor") return !any(expected);
      if (key == "$and") return isList(expected) && expected.every((part) => meets(part, attributes, groups));
      if (key == "$not") return !meets(expected, attributes, groups);
      return matches(expected, key.split(".").reduce(own, attributes), groups);
    });
  }

  function fnv(value) {
    let hashed = 0x811c9dc5;
    for (let at = 0; at < value.length; at++) hashed = Math.imul(hashed ^ value.charCodeAt(at), 0x01000193);
    return hashed >>> 0;
  }

  const bucketOf = (seed, value, hash) => (hash === 2 ? (fnv(`${fnv(seed + value)}`) % 1e4) / 1e4
    : hash === 1 ? (fnv(value + seed) % 1e3) / 1e3 : null);
  const equalWeights = (count) => Array(Math.max(count, 0)).fill(1 / count);

  function ranges(count, coverage, weights) {
    const covered = Math.min(Math.max(coverage ?? 1, 0), 1);
    const total = isList(weights) && weights.length == count && weights.every(isNumber) ? weights.reduce((sum, weight) => sum + weight, 0) : 0;
    let below = 0;
    return (total >= 0.99 && total <= 1.01 ? weights : equalWeights(count)).map((weight) => {
      const start = below;
      below += weight;
      return [start, start + covered * weight];
    });
  }

  const choose = (bucket, spans) => spans.findIndex(([start, end]) => start <= bucket && bucket < end);
  const inNamespace = (value, [name, start, end]) => choose(bucketOf(`__${name}`, value, 1), [[start, end]]) == 0;

  function evaluate(asked, context, sticky) {
    const groups = context.savedGroups, exposures = [], stuck = {}, answers = new Map(), path = new Set();
    const answer = (value, source, ruleId = null, experiment = null, experimentResult = null) =>
      ({ value, on: !!value, off: !value, source, ruleId, experiment, experimentResult });
    const identifier = (attribute) => { const value = own(context.attributes, attribute); return isText(value) || (isNumber(value) && value) ? `${value}` : ""; };
    const sticks = (rule) => sticky && !rule.disableStickyBucketing;
    const unitOf = (rule) => {
      const name = rule.hashAttribute || "id", fallback = sticks(rule) && rule.fallbackAttribute;
      const value = identifier(name), other = !value && fallback ? identifier(fallback) : "";
      return other ? [fallback, other] : [name, value];
    };
    const fitting = (condition) => !condition || meets(condition, context.attributes, groups);
    const passes = (filters) => list(filters).every((one) => {
      const unit = identifier(one.attribute || "id");
      return unit && choose(bucketOf(one.seed || "", unit, one.hashVersion || 2) ?? NaN, list(one.ranges)) >= 0;
    });
    const document = (name) => own(stuck, name) ?? own(sticky, name) ?? {};

    function feature(key) {
      if (answers.has(key)) return answers.get(key);
      if (path.has(key) || path.size >= 30) return answer(null, "cyclicPrerequisite");
      const definition = own(context.features, key);
      if (definition === null) return answer(null, "unknownFeature");
      path.add(key);
      let decided;
      for (const rule of list(definition.rules)) if ((decided = byRule(key, rule))) break;
      decided ||= answer(own(definition, "defaultValue"), "defaultValue");
      path.delete(key);
      answers.set(key, decided);
      return decided;
    }

    function failed(prerequisites) {
      for (const { id, condition, gate } of list(prerequisites)) {
        const { value, source } = feature(id);
        if (source == "cyclicPrerequisite") return source;
        if (!meets(condition ?? {}, { value }, groups)) return gate ? "prerequisite" : "skip";
      }
      return "";
    }

    function byRule(key, rule) {
      const reason = failed(rule.parentConditions);
      if (reason && reason != "skip") return answer(null, reason);
      if (reason || !passes(rule.filters)) return;
      if (Object.hasOwn(rule, "force")) return fitting(rule.condition) && rolledOut(key, rule) ? answer(rule.force, "force", rule.id) : undefined;
      if (!isList(rule.variations)) return;
      const inner = { ...rule, key: rule.key || key, parentConditions: null, urlPatterns: null }, result = experiment(inner, key);
      if (result.inExperiment && !result.passthrough) return answer(result.value, "experiment", rule.id, inner.key, result);
    }

    function rolledOut(key, rule) {
      const span = rule.range ?? null, coverage = rule.coverage ?? null;
      if (span === null && coverage === null) return true;
      const unit = unitOf(rule)[1], bucket = unit ? bucketOf(rule.seed || key, unit, rule.hashVersion || 1) : null;
      if (bucket === null) return false;
      return span ? choose(bucket, [span]) == 0 : coverage > 0 && bucket <= coverage;
    }

    const metaAt = (experiment, at) => list(experiment.meta)[at] ?? {};
    const keyAt = (experiment, at) => metaAt(experiment, at).key || `${at}`;

    function experiment(one, featureId = null) {
      const [hashAttribute, hashValue] = unitOf(one), count = one.variations.length;
      let variation = withoutHash(one, hashValue), bucket = null, stickyBucketUsed = false;
      if (variation === null) [variation, bucket, stickyBucketUsed] = byHash(one, hashValue);
      const inExperiment = Number.isInteger(variation) && variation >= 0 && variation < count;
      const variationId = inExperiment ? variation : 0, meta = metaAt(one, variationId);
      const result = {
        key: keyAt(one, variationId), name: meta.name ?? null, passthrough: !!meta.passthrough, variationId,
        value: one.variations[variationId] ?? null, inExperiment, hashAttribute, hashValue, featureId,
        hashUsed: bucket !== null, bucket, stickyBucketUsed,
      };
      if (bucket !== null) {
        store(one, `${hashAttribute}||${hashValue}`, result.key);
        exposures.push({ experiment: one.key, result });
      }
      return result;
    }

    function withoutHash(one, unit) {
      if (one.variations.length < 2 || context.enabled === false || one.urlPatterns?.[0]) return -1;
      return own(context.forcedVariations, one.key)
        ?? (one.status == "draft" || one.active === false || !unit ? -1 : null);
    }

    function byHash(one, unit) {
      const [stored, blocked] = storedFor(one);
      if (stored < 0 && !eligible(one, unit)) return [-1, null, false];
      const bucket = bucketOf(one.seed || one.key, unit, one.hashVersion || 1);
      if (bucket === null || blocked) return [-1, null, bucket !== null];
      const spans = one.ranges?.[0] ? one.ranges : ranges(one.variations.length, one.coverage, one.weights);
      const variation = stored < 0 ? choose(bucket, spans) : stored;
      if (variation >= 0 && (one.force ?? null) !== null) return [one.force, null, false];
      return variation < 0 || context.qaMode || one.status == "stopped" ? [-1, null, false] : [variation, bucket, stored >= 0];
    }

    const eligible = (one, unit) => (one.filters?.[0] ? passes(one.filters) : !one.namespace || inNamespace(unit, one.namespace))
      && fitting(one.condition) && !failed(one.parentConditions);

    function storedFor(one) {
      if (!sticks(one)) return [-1, false];
      const entries = {};
      for (const name of [one.fallbackAttribute, one.hashAttribute || "id"]) if (name) Object.assign(entries, document(`${name}||${identifier(name)}`));
      for (let at = 0; at < (one.minBucketVersion || 0); at++) if (Object.hasOwn(entries, `${one.key}__${at}`)) return [-1, true];
      const variation = own(entries, `${one.key}__${one.bucketVersion || 0}`);
      return [one.variations.findIndex((_, at) => keyAt(one, at) === variation), false];
    }

    function store(one, name, variation) {
      const entry = `${one.key}__${one.bucketVersion || 0}`, before = document(name);
      if (sticks(one) && own(before, entry) !== variation) stuck[name] = { ...before, [entry]: variation };
    }

    return { ...(isText(asked) ? feature(asked) : experiment(asked)), exposures, sticky: stuck };
  }

  // An attribute that the document names under `hashed` is given as what this makes of it.
  async function hashed(salt, value) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + value.trim().toLowerCase()));
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function load(address, attributes = {}) {
    const response = await fetch(address, { credentials: "omit" });
    if (!response.ok) throw Error(response.status);
    const { features, savedGroups, hashed: names = [], salt } = await response.json(), known = { ...attributes };
    for (const name of names) if (isText(known[name])) known[name] = await hashed(salt, known[name]);
    const of = (key, sticky) => evaluate(key, { attributes: known, features, savedGroups }, sticky);
    return { evaluate: of, value: (key, otherwise) => of(key).value ?? otherwise };
  }

  self.mingusFlags = { load, evaluate, parts: { meets, bucketOf, ranges, choose, inNamespace, equalWeights } };
})(globalThis);
