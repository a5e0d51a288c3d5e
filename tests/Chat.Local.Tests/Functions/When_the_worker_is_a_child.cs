using System.Diagnostics;
using System.Globalization;
using System.Net;
using Chat.Local.Functions;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>The app in a process of its own, which the host starts, replaces and ends.</summary>
public sealed class When_the_worker_is_a_child
{
    private const string Secret = "a=b;c=\"d\" e__f: ü";

    [Fact]
    public async Task Should_run_with_the_apps_settings_and_the_services_ports()
    {
        await using var azure = await StartAzureAsync();
        await using var host = await StartAsync(azure);
        Assert.NotEqual(Environment.ProcessId, await ProcessAsync(host));
        Assert.Equal(await host.Host.GetProcessIdAsync(), await ProcessAsync(host));
        Assert.Equal(Secret, await SettingAsync(host, "Own:Secret"));
        Assert.Equal("Gateway", await SettingAsync(host, "Cosmos:ConnectionMode"));
        Assert.Contains($":{azure.Cosmos.Port}/", await SettingAsync(host, "Cosmos"), StringComparison.Ordinal);
        Assert.Contains($":{azure.ServiceBus.Port};", await SettingAsync(host, "ServiceBus"), StringComparison.Ordinal);
        Assert.Contains(
            $"Port={azure.SignalR.Address!.Port};",
            await SettingAsync(host, "AzureSignalRConnectionString"),
            StringComparison.Ordinal);
        Assert.Equal("Development", await SettingAsync(host, "AZURE_FUNCTIONS_ENVIRONMENT"));
    }

    [Fact]
    public async Task Should_fail_what_ran_and_go_on_in_another_process_when_it_is_killed()
    {
        await using var azure = await StartAzureAsync();
        await using var host = await StartAsync(azure);
        var first = await ProcessAsync(host);
        var endless = host.Host.Functions.Single(function => function.Name == "Endless");
        var running = host.Client.GetAsync(new Uri("api/Endless", UriKind.Relative));
        await Eventually.TrueAsync(() => endless.Statistics.Read(DateTimeOffset.MaxValue).Running == 1, () => "the function to run");

        Kill(first);

        using var failed = await running.WaitAsync(Eventually.Timeout);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        var second = 0;
        await Eventually.TrueAsync(
            async () => int.TryParse(await TryProcessAsync(host), CultureInfo.InvariantCulture, out second) && second != first,
            () => $"another process than {first}, seen {second}");
        Assert.Equal(second, await host.Host.GetProcessIdAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_end_it_with_the_host(bool isOrderly)
    {
        await using var azure = await StartAzureAsync();
        await using var host = await StartAsync(azure);
        var process = await ProcessAsync(host);
        await (isOrderly ? host.Host.StopAsync() : host.Host.AbortAsync());
        Assert.False(Runs(process));
    }

    [Fact]
    public async Task Should_be_refused_without_all_ports()
    {
        await using var azure = await LocalAzure.StartAsync(null);
        azure.ServiceBus.Listen(0);
        await azure.Cosmos.ListenAsync(0, CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => StartAsync(azure));
        Assert.Contains("by their ports", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_to_start_when_its_services_fail_after_it_connected()
    {
        await using var azure = await StartAzureAsync();
        var start = TestHost.StartAsync(
            [typeof(Processes)],
            azure: azure,
            settings: new(StringComparer.Ordinal) { ["FailsToStart"] = "true" },
            asChild: true);
        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => start);
        Assert.Contains("What it printed says why", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<LocalAzure> StartAzureAsync()
    {
        var azure = await LocalAzure.StartAsync(null);
        azure.ServiceBus.Listen(0);
        Assert.True(await azure.Cosmos.ListenAsync(0, CancellationToken.None) is not null
            && await azure.SignalR.ListenAsync(0, CancellationToken.None));
        return azure;
    }

    private static Task<TestHost> StartAsync(LocalAzure azure) =>
        TestHost.StartAsync(
            [typeof(Processes)],
            azure: azure,
            settings: new(StringComparer.Ordinal) { ["Own:Secret"] = Secret },
            asChild: true);

    private static async Task<int> ProcessAsync(TestHost host) =>
        int.Parse(await host.Client.GetStringAsync(new Uri("api/Process", UriKind.Relative)), CultureInfo.InvariantCulture);

    private static async Task<string> TryProcessAsync(TestHost host)
    {
        using var answer = await host.Client.GetAsync(new Uri("api/Process", UriKind.Relative));
        return await answer.Content.ReadAsStringAsync();
    }

    private static Task<string> SettingAsync(TestHost host, string name) =>
        host.Client.GetStringAsync(new Uri($"api/settings/{name}", UriKind.Relative));

    private static void Kill(int process)
    {
        using var found = Process.GetProcessById(process);
        found.Kill();
    }

    private static bool Runs(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
