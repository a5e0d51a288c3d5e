const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

const base83 = (value: number, length: number) =>
  Array.from({ length }, (_, place) => digits[Math.floor(value / 83 ** (length - 1 - place)) % 83]).join('');

const linear = (byte: number) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
const srgb = (value: number) => {
  const one = Math.min(1, Math.max(0, value));
  return Math.round(255 * (one <= 0.0031308 ? one * 12.92 : 1.055 * one ** (1 / 2.4) - 0.055));
};

/** A picture's rough colours, as https://blurha.sh defines them: four components along the longer side, three along the other. */
export function blurhashOf(rgba: ArrayLike<number>, width: number, height: number): string {
  const [across, down] = width >= height ? [4, 3] : [3, 4];
  const components = Array.from({ length: across * down }, (_, index) => {
    const [x, y] = [index % across, Math.floor(index / across)];
    const sum = [0, 0, 0];
    for (let at = 0; at < width * height; at++) {
      const weight = Math.cos((Math.PI * x * (at % width)) / width) * Math.cos((Math.PI * y * Math.floor(at / width)) / height);
      for (let color = 0; color < 3; color++) sum[color]! += weight * linear(rgba[at * 4 + color]!);
    }
    return sum.map(one => (one * (index ? 2 : 1)) / (width * height));
  });
  const [mean, ...rest] = components;
  const most = Math.max(...rest.flat().map(Math.abs));
  const scale = Math.min(82, Math.max(0, Math.floor(most * 166 - 0.5)));
  const quantized = (value: number) => {
    const part = (value * 166) / (scale + 1);
    return Math.min(18, Math.max(0, Math.floor(Math.sign(part) * Math.sqrt(Math.abs(part)) * 9 + 9.5)));
  };
  const rgb = mean!.reduce((all, one) => all * 256 + srgb(one), 0);
  const details = rest.map(one => base83(one.reduce((all, color) => all * 19 + quantized(color), 0), 2));
  return base83(across - 1 + (down - 1) * 9, 1) + base83(scale, 1) + base83(rgb, 4) + details.join('');
}
