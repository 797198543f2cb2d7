// Numbers as scanners deliver them, and their check digits.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];
const CARD = /^(?:\S*\/W\/)?(\d{20})\/?(?:[?#]\S*)?$/;

/** Full width becomes half width, no spaces, upper case; what stands before the prefix is dropped. */
export function clean(text, prefix = "") {
  const plain = text.normalize("NFKC").replace(/\s+/g, "").toUpperCase();
  return prefix ? plain.slice(plain.lastIndexOf(prefix) + 1) : plain;
}

/** Where the first digit that does not match stands; 0 when all is well or there is none to check. */
export function wrongDigit(code) {
  const card = code.match(CARD)?.[1];
  if (card) return card.slice(18) === checkDigits(card.slice(0, 18)) ? 0 : 19;
  return /^\d{10}$/.test(code) && damm(code) ? 10 : 0;
}

/** 1234 5678 94 for pieces, groups of four for cards; anything else stays as it is. */
export const grouped = (code) => (/^\d{5,20}$/.test(code) ? code.replace(/(\d{4})(?=\d)/g, "$1 ") : code);

const damm = (digits) => [...digits].reduce((row, digit) => Number(DAMM[row][digit]), 0);

// ISO 7064 MOD 97-10: computed again, as a bare remainder lets aliases pass
const checkDigits = (body) => String(98n - ((BigInt(body) * 100n) % 97n)).padStart(2, "0");
