using Chat.Local.Functions;
using Chat.Local.TestApp;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>CORS is what is configured, as in Azure, and no more.</summary>
public sealed class When_a_page_of_another_origin_asks
{
    private const string Origin = "http://localhost:5173";
    private const string Function = "/api/Right";

    [Theory]
    [InlineData(null, null)]
    [InlineData("http://localhost:5174", "true")]
    public async Task Should_allow_it_nothing_unless_it_is_configured(string? origins, string? credentials)
    {
        await using var host = await StartAsync(origins, credentials);

        Assert.Equal((null, null), await PreflightAsync(host, Function));
    }

    [Theory]
    [InlineData(Origin, null, Origin, null)]
    [InlineData($"http://localhost:5174,{Origin}", "true", Origin, "true")]
    [InlineData("*", null, "*", null)]
    public async Task Should_allow_what_is_configured(string origins, string? credentials, string allowed, string? allowedCredentials)
    {
        await using var host = await StartAsync(origins, credentials);

        Assert.Equal((allowed, allowedCredentials), await PreflightAsync(host, Function));
    }

    [Theory]
    [InlineData("http://localhost:5173, http://localhost:5174", null, "' http://localhost:5174'")]
    [InlineData("http://localhost:5173/", null, "'http://localhost:5173/'")]
    [InlineData("localhost:5173", null, "'localhost:5173'")]
    [InlineData("*", "true", "'*'")]
    public async Task Should_not_start_with_what_no_browser_sends(string origins, string? credentials, string named)
    {
        var refusal = await Assert.ThrowsAsync<HostRefusedException>(
            () => TestHost.StartAsync([typeof(Right)], settings: Settings(origins, credentials)));
        Assert.Contains($"Host.CORS in local.settings.json has {named}.", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<TestHost> StartAsync(string? origins, string? credentials) =>
        TestHost.StartAsync([typeof(Right)], settings: Settings(origins, credentials));

    private static Dictionary<string, string?> Settings(string? origins, string? credentials) =>
        new(StringComparer.Ordinal) { ["Host:CORS"] = origins, ["Host:CORSCredentials"] = credentials };

    private static async Task<(string? Origin, string? Credentials)> PreflightAsync(TestHost host, string path)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
        preflight.Headers.Add("Origin", Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization");
        using var answer = await host.Client.SendAsync(preflight);
        return (Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Access-Control-Allow-Credentials"));
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
