/** Which part of an address belongs to one client. Not here: what an address may do (budgets, headcount). */

/**
 * The key of what is counted by address. Of IPv6 it is the network of 64 bits: a client has all of its addresses, and could take a new
 * one for each connection. Of IPv4 it is the address, also where that is written as IPv6.
 */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
