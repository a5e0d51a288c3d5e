using NetVips;

namespace Chat.Functions.Media.Images;

/// <summary>A picture's rough colours in 28 characters, as https://blurha.sh defines them: 12 cosine components of linear light.</summary>
internal static class Blurhash
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

    /// <summary>Four components along the longer side and three along the other. Transparency shows white.</summary>
    public static string Of(Image picture)
    {
        using var tiny = ImageProcessor.Fitting(picture, 32);
        using var opaque = tiny.HasAlpha() ? tiny.Flatten(background: [255, 255, 255]) : tiny.Copy();
        return Of(opaque.WriteToMemory<byte>(), opaque.Width, opaque.Height);
    }

    /// <summary>Whether a text is a blurhash: it says itself how long it is.</summary>
    public static bool IsOne(string text) =>
        text.Length >= 6
        && text.All(Digits.Contains)
        && Digits.IndexOf(text[0], StringComparison.Ordinal) is var size
        && text.Length == 4 + 2 * (size % 9 + 1) * (size / 9 + 1);

    /// <param name="pixels">Red, green and blue of each, row by row.</param>
    private static string Of(ReadOnlySpan<byte> pixels, int width, int height)
    {
        var (across, down) = width >= height ? (4, 3) : (3, 4);
        var components = new List<(double Red, double Green, double Blue)>();
        for (var index = 0; index < across * down; index++)
        {
            components.Add(Component(pixels, width, height, index % across, index / across));
        }

        var (mean, rest) = (components[0], components[1..]);
        var largest = rest.Max(each => Math.Max(Math.Abs(each.Red), Math.Max(Math.Abs(each.Green), Math.Abs(each.Blue))));
        var scale = Math.Clamp((int)Math.Floor(largest * 166 - 0.5), 0, 82);
        var unit = (scale + 1) / 166.0;
        return Base83(across - 1 + (down - 1) * 9, 1) + Base83(scale, 1)
            + Base83((Srgb(mean.Red) << 16) + (Srgb(mean.Green) << 8) + Srgb(mean.Blue), 4)
            + string.Concat(rest.Select(each =>
                Base83((Quantized(each.Red / unit) * 19 + Quantized(each.Green / unit)) * 19 + Quantized(each.Blue / unit), 2)));
    }

    private static (double Red, double Green, double Blue) Component(ReadOnlySpan<byte> pixels, int width, int height, int across, int down)
    {
        var (red, green, blue) = (0.0, 0.0, 0.0);
        for (var at = 0; at < width * height; at++)
        {
            var weight = Math.Cos(Math.PI * across * (at % width) / width) * Math.Cos(Math.PI * down * (at / width) / height);
            red += weight * Linear(pixels[at * 3]);
            green += weight * Linear(pixels[at * 3 + 1]);
            blue += weight * Linear(pixels[at * 3 + 2]);
        }

        var scale = (across == 0 && down == 0 ? 1.0 : 2.0) / (width * height);
        return (red * scale, green * scale, blue * scale);
    }

    private static double Linear(byte srgb)
    {
        var value = srgb / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }

    private static int Srgb(double linear)
    {
        var value = Math.Clamp(linear, 0, 1);
        return (int)Math.Round(255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * Math.Pow(value, 1 / 2.4) - 0.055));
    }

    /// <summary>From -1 to 1 in 19 steps, finer around 0.</summary>
    private static int Quantized(double value) =>
        Math.Clamp((int)Math.Floor(Math.CopySign(Math.Sqrt(Math.Abs(value)), value) * 9 + 9.5), 0, 18);

    private static string Base83(int value, int length) => string.Create(length, value, static (text, rest) =>
    {
        for (var place = text.Length - 1; place >= 0; place--)
        {
            text[place] = Digits[rest % 83];
            rest /= 83;
        }
    });
}
