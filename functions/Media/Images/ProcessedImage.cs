namespace Chat.Functions.Media.Images;

/// <summary>What is kept of an uploaded picture. Nothing in it is a byte of the upload.</summary>
/// <param name="Width">Of the original as it is seen, so after its orientation was applied, in pixels.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="Blurhash">28 characters to draw a placeholder from: https://blurha.sh.</param>
/// <param name="Variants">Always three: the original, one that fits 1,080 pixels and one that fits 320.</param>
public sealed record ProcessedImage(int Width, int Height, string Blurhash, IReadOnlyList<ImageVariant> Variants);

/// <summary>A picture in one size, without metadata, in sRGB.</summary>
/// <param name="Name"><c>original</c>, <c>1080</c> or <c>320</c>: the most that the longer side has, in pixels.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="ContentType"><c>image/jpeg</c>, <c>image/png</c> or <c>image/webp</c>.</param>
/// <param name="Content">The file.</param>
public sealed record ImageVariant(string Name, int Width, int Height, string ContentType, ReadOnlyMemory<byte> Content);
