using System.Net;
using Chat.Local.TestApp;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_functions_answer_requests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async Task InitializeAsync() => _host = await TestHost.StartAsync([typeof(Answers), typeof(Everything)]);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("GET", "api/results/iresult", "iresult")]
    [InlineData("GET", "api/results/action", "action")]
    [InlineData("GET", "api/results/now", "now")]
    [InlineData("GET", "api/results/part", "part")]
    [InlineData("GET", "api/results/written", "written")]
    [InlineData("POST", "api/results/static", "static")]
    [InlineData("GET", "api/NoRoute", "by its name")]
    [InlineData("GET", "api/items/7/42/x-y/8b1ddb5e-3f1b-4bb0-9d5c-0c4dcd0b0a55", "7 42 x-y 8b1ddb5e-3f1b-4bb0-9d5c-0c4dcd0b0a55")]
    [InlineData("GET", "api/optional", "nothing")]
    [InlineData("GET", "api/optional/thing", "thing")]
    public async Task Should_answer_with_what_the_function_returned(string method, string path, string expected)
    {
        using var response = await SendAsync(method, path);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Should_leave_the_response_as_it_is_when_the_result_is_null()
    {
        using var response = await SendAsync("GET", "api/results/null");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Should_give_a_wrong_method_to_the_function_that_takes_everything()
    {
        using var response = await SendAsync("DELETE", "api/results/static");
        Assert.Equal("everything took DELETE results/static", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("api/results/now", "now")]
    [InlineData("api/results/other?x=%20", "everything took GET results/other")]
    public async Task Should_answer_who_takes_it_for_a_proxy_and_names_a_server_before_the_path(string path, string expected)
    {
        using var handler = new HttpClientHandler { Proxy = new WebProxy(_host.Host.Address) };
        using var client = new HttpClient(handler);
        Assert.Equal(expected, await client.GetStringAsync(new Uri($"http://chat.example/{path}")));
    }

    [Fact]
    public async Task Should_prefer_the_more_specific_route()
    {
        using var specific = await SendAsync("GET", "api/results/now");
        using var other = await SendAsync("GET", "api/results/other");
        Assert.Equal("now", await specific.Content.ReadAsStringAsync());
        Assert.Equal("everything took GET results/other", await other.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Should_answer_an_empty_500_when_a_function_throws()
    {
        using var response = await SendAsync("GET", "api/results/throws");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Should_answer_an_empty_500_when_a_result_throws()
    {
        using var response = await SendAsync("GET", "api/results/late");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Should_answer_an_empty_404_where_no_function_is()
    {
        await using var host = await TestHost.StartAsync([typeof(Answers)]);
        using var path = await host.Client.GetAsync(new Uri("api/nowhere", UriKind.Relative));
        using var method = await host.Client.DeleteAsync(new Uri("api/results/static", UriKind.Relative));
        Assert.Equal((HttpStatusCode.NotFound, ""), (path.StatusCode, await path.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.NotFound, ""), (method.StatusCode, await method.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("api//results/now")]
    [InlineData("api/results//now")]
    [InlineData("api//")]
    public async Task Should_answer_an_empty_404_where_a_segment_is_empty(string path)
    {
        using var response = await SendAsync("GET", path);
        Assert.Equal((HttpStatusCode.NotFound, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("GET", "admin/host/status")]
    [InlineData("GET", "admin/functions/Now")]
    [InlineData("POST", "admin/anything")]
    [InlineData("GET", "admin")]
    [InlineData("POST", "runtime/webhooks/servicebus")]
    public async Task Should_let_nobody_at_the_hosts_own_addresses(string method, string path)
    {
        using var response = await SendAsync(method, path);
        Assert.Equal((HttpStatusCode.Unauthorized, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("AzureWebJobs.Now.Disabled", "true", HttpStatusCode.NotFound)]
    [InlineData("AzureWebJobs.Now.Disabled", "1", HttpStatusCode.NotFound)]
    [InlineData("AzureWebJobs.Now.Disabled", "false", HttpStatusCode.OK)]
    [InlineData("AzureWebJobs:Now:Disabled", "true", HttpStatusCode.OK)]
    [InlineData("AzureWebJobs_Now_Disabled", "true", HttpStatusCode.OK)]
    public async Task Should_not_run_a_function_that_the_settings_disable(string setting, string value, HttpStatusCode expected)
    {
        await using var host = await TestHost.StartAsync(
            [typeof(Answers), typeof(Everything)],
            settings: new(StringComparer.Ordinal) { [setting] = value });
        using var response = await host.Client.GetAsync(new Uri("api/results/now", UriKind.Relative));
        Assert.Equal(
            (expected, expected == HttpStatusCode.OK ? "now" : ""),
            (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        return await _host.Client.SendAsync(request);
    }
}
