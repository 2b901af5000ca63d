// CertLogic, as in certificates/certlogic.py: business rules for health certificates. Throws where there is no value.
const KiniCertLogic = (() => {
  "use strict";
  const DEEPEST = 100, isInteger = Number.isInteger, isText = (value) => typeof value === "string";
  const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
  const ORDER = {
    "<": (l, r) => l < r, ">": (l, r) => l > r, "<=": (l, r) => l <= r, ">=": (l, r) => l >= r,
    before: (l, r) => l < r, after: (l, r) => l > r, "not-after": (l, r) => l <= r, "not-before": (l, r) => l >= r,
  };
  function refuse(words) { throw new Error(words); }
  function exactly(count, values) { if (values.length !== count) refuse("number of operands"); return values; }
  function truthy(value) {
    if (value === null || typeof value === "boolean" || isText(value)) return Boolean(value);
    if (typeof value === "number" && !Number.isNaN(value)) return value !== 0;
    if (Array.isArray(value)) return value.length > 0;
    if (isMap(value)) return Object.keys(value).length > 0;
    return refuse("neither truthy nor falsy");
  }
  const same = (l, r) => l === r && (l === null || typeof l !== "object");
  function access(data, path) {
    if (!isText(path)) refuse("var");
    for (const part of path === "" ? [] : path.split(".")) {
      if (Array.isArray(data)) data = /^\d{1,9}$/.test(part) ? data[Number(part)] ?? null : null;
      else data = isMap(data) && Object.hasOwn(data, part) ? data[part] : null;
    }
    return data;
  }
  // Last day of a date that may lack day and month; an invalid date for another form.
  function partial(text) {
    const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text);
    if (!match) return null;
    const [year, month] = [Number(match[1]), Number(match[2] ?? 12)];
    const day = match[3] ? Number(match[3]) : new Date(Date.UTC(year, month, 0)).getUTCDate();
    return exact(year, month, day, 0, 0, 0, 0);
  }
  function exact(year, month, day, hour, minute, second, millisecond) {
    const moment = new Date(0);
    moment.setUTCFullYear(year, month - 1, day);
    moment.setUTCHours(hour, minute, second, millisecond);
    const fits = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
    return fits ? moment : refuse("no such day");
  }
  function moment(text) {
    const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{1,2}):?(\d{2})?)?$/.exec(text);
    if (!match) return refuse("not an allowed date or date-time");
    const parts = match.slice(1, 7).map(Number), milliseconds = Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
    const offset = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === "-" ? -1 : 1);
    return new Date(exact(...parts, milliseconds) - offset * 60000);
  }
  function plusTime(text, amount, unit) {
    if (!isInteger(amount) || !isText(text)) refuse("plusTime");
    const time = partial(text) ?? moment(text);
    if (unit === "hour") time.setUTCHours(time.getUTCHours() + amount);
    else if (unit === "day") time.setUTCDate(time.getUTCDate() + amount);
    else if (unit === "month") time.setUTCMonth(time.getUTCMonth() + amount);
    else if (unit === "year") time.setUTCFullYear(time.getUTCFullYear() + amount);
    else refuse("unit");
    return Number.isNaN(time.getTime()) ? refuse("no time") : time;
  }
  function compare(operator, values, of) {
    if (values.length < 2 || values.length > 3) refuse("number of operands");
    const operands = values.map((each) => of(each)), ofTime = /[a-z]/.test(operator);
    if (!operands.every((each) => ofTime ? each instanceof Date : isInteger(each))) refuse("operands");
    const numbers = operands.map(Number);
    return numbers.slice(1).every((right, at) => ORDER[operator](numbers[at], right));
  }
  function extract(values, of) {
    const [operand, index] = exactly(2, values), uvci = of(operand);
    if (!isInteger(index)) refuse("index");
    if (uvci === null) return null;
    if (!isText(uvci)) refuse("extractFromUVCI");
    return uvci.replace(/^URN:UVCI:/, "").split(/[/#:]/)[index] ?? null;
  }
  const OPERATIONS = {
    if: (values, of) => { const [guard, then, other] = exactly(3, values); return truthy(of(guard)) ? of(then) : of(other); },
    and: (values, of) => {
      if (values.length < 2) refuse("and");
      let value = true;
      for (const each of values) {
        value = of(each);
        if (!truthy(value)) return value;
      }
      return value;
    },
    "!": (values, of) => !truthy(of(exactly(1, values)[0])),
    "===": (values, of) => same(...exactly(2, values).map((each) => of(each))),
    in: (values, of) => {
      const [left, right] = exactly(2, values).map((each) => of(each));
      if (right === null) return false;
      return Array.isArray(right) ? right.some((each) => same(left, each)) : refuse("in");
    },
    "+": (values, of) => {
      const [left, right] = exactly(2, values).map((each) => of(each));
      return isInteger(left) && isInteger(right) ? left + right : refuse("+");
    },
    reduce: (values, of, data) => {
      const [operand, step, initial] = exactly(3, values), items = of(operand), first = of(initial);
      if (items === null) return first;
      if (!Array.isArray(items)) refuse("reduce");
      return items.reduce((accumulator, current) => of(step, { accumulator, current, data }), first);
    },
    plusTime: (values, of) => { const [operand, amount, unit] = exactly(3, values); return plusTime(of(operand), amount, unit); },
    dccDateOfBirth: (values, of) => {
      const text = of(exactly(1, values)[0]);
      return (isText(text) && partial(text)) || refuse("dccDateOfBirth");
    },
    extractFromUVCI: extract,
    extractFromUCI: extract,
  };
  function evaluate(expression, data, deepest = DEEPEST) {
    if (deepest === 0) refuse("nested too deeply");
    if (isText(expression) || typeof expression === "boolean" || isInteger(expression)) return expression;
    if (Array.isArray(expression)) return expression.map((each) => evaluate(each, data, deepest - 1));
    if (!isMap(expression) || Object.keys(expression).length !== 1) refuse("invalid expression");
    const [[operator, values]] = Object.entries(expression);
    if (operator === "var") return access(data, values);
    if (!Array.isArray(values) || !values.length) refuse("operation");
    const of = (each, scope = data) => evaluate(each, scope, deepest - 1);
    if (Object.hasOwn(ORDER, operator)) return compare(operator, values, of);
    return Object.hasOwn(OPERATIONS, operator) ? OPERATIONS[operator](values, of, data) : refuse("operator");
  }

  // ---- rules: those in force for a certificate, of each identifier the newest version
  const KINDS = { Vaccination: "v", Test: "t", Recovery: "r" };
  const version = (rule) => rule.Version.split(".").map((each) => Number.parseInt(each, 10) || 0);
  function isNewer(one, other) {
    const [a, b] = [version(one), version(other)], at = a.findIndex((each, n) => each !== b[n]);
    return at >= 0 && a[at] > (b[at] ?? -1);
  }
  function applicable(rules, kinds, at, own, issuing) {
    const newest = new Map();
    for (const rule of rules) {
      const country = rule.Type === "Acceptance" ? own : rule.Type === "Invalidation" ? issuing : undefined;
      const wanted = rule.CertificateType === "General" || kinds.includes(KINDS[rule.CertificateType]);
      const inForce = new Date(rule.ValidFrom) <= at && at < new Date(rule.ValidTo);
      if (country === undefined || !wanted || !inForce || (country && rule.Country && rule.Country !== country)) continue;
      const known = newest.get(rule.Identifier);
      if (!known || isNewer(rule, known)) newest.set(rule.Identifier, rule);
    }
    return [...newest.values()];
  }
  // The first rule that the certificate does not fulfil; undefined: it fulfils all.
  function brokenRule({ content, kinds, issuer, issued, expires, kid }, lists, at) {
    const [first] = kinds.flatMap((kind) => content[kind]);
    const external = {
      validationClock: at.toISOString(), valueSets: lists.valueSets, countryCode: lists.country,
      issuerCountryCode: issuer || first.co, exp: expires?.toISOString() ?? null, iat: issued?.toISOString() ?? null, kid,
    };
    return applicable(lists.rules, kinds, at, lists.country, first.co).find((rule) => {
      try { return evaluate(rule.Logic, { payload: content, external }) !== true; } catch { return true; }
    });
  }
  return { evaluate, brokenRule };
})();
